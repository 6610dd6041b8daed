"""The block itself: loopback works, everything else is refused, in children too."""

import os
import shutil
import socket
import subprocess
import sys
import threading

import nbformat
import pytest
from nbclient import NotebookClient

BLOCKED = "blocked by the test suite"
ATTEMPTS = {
    "connect": "socket.create_connection(('93.184.215.14', 80), timeout=5)",
    "connect_ex": "socket.socket().connect_ex(('93.184.215.14', 80))",
    "raw socket": "__import__('_socket').socket().connect(('93.184.215.14', 80))",
    "IPv6": "socket.socket(socket.AF_INET6).connect(('2606:2800::1', 80))",
    "mapped IPv4": "socket.socket(socket.AF_INET6).connect(('::ffff:93.184.215.14', 80))",
    "datagram": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('9.9.9.9', 53))",
    "look-up": "socket.getaddrinfo('example.org', 443)",
    "look-up in bytes": "socket.getaddrinfo(b'example.org', 443)",
    "old look-up": "socket.gethostbyname('example.org')",
    "look-alike": "socket.getaddrinfo('localhost.example.org', 80)",
    "url": "__import__('urllib.request').request.urlopen('https://example.org', timeout=5)",
}


@pytest.mark.parametrize("code", ATTEMPTS.values(), ids=ATTEMPTS)
def test_blocked_in_this_process(code):
    with pytest.raises(OSError, match=BLOCKED):
        eval(code, {"socket": socket})


def test_asyncio_is_blocked():
    import asyncio

    async def attempt():
        await asyncio.open_connection("93.184.215.14", 80)

    with pytest.raises(OSError, match=BLOCKED):
        asyncio.run(attempt())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_works(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].sendall(b"hello"))
        thread.start()
        with socket.create_connection((host, server.getsockname()[1]), timeout=5) as client:
            assert client.recv(5) == b"hello"
        thread.join()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets on this system")
def test_unix_sockets_work():
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"x")
        assert right.recv(1) == b"x"


@pytest.mark.parametrize("code", [ATTEMPTS["connect"], ATTEMPTS["look-up"]])
def test_blocked_in_a_child_process(code):
    done = subprocess.run(
        [sys.executable, "-c", f"import socket; {code}"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert BLOCKED in done.stderr


def test_blocked_in_a_grandchild_and_other_sitecustomize_still_runs(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import os; os.environ['OTHER'] = 'ran'")
    path = os.environ["PYTHONPATH"] + os.pathsep + str(tmp_path)
    child = (
        "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', "
        '\'import os, socket; print(os.environ["OTHER"]); '
        'socket.gethostbyname("example.org")\']).returncode)'
    )
    done = subprocess.run(
        [sys.executable, "-c", child],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.stdout.strip() == "ran"
    assert done.returncode == 1
    assert BLOCKED in done.stderr


def test_blocked_in_a_notebook_kernel(tmp_path):
    code = (
        "import socket\n"
        "try:\n"
        "    socket.create_connection(('93.184.215.14', 80), timeout=5)\n"
        "    print('connected')\n"
        "except OSError as error:\n"
        "    print(error)\n"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}})
    client.startup_timeout = 300
    client.execute()
    assert notebook.cells[0].outputs[0]["text"].startswith(BLOCKED)


def test_a_run_on_notebooks_is_blocked_too(root, tmp_path):
    """`pytest chapters` in a checkout gets the block from the root conftest.py."""
    shutil.copy(root / "conftest.py", tmp_path)
    shutil.copy(root / "pyproject.toml", tmp_path)
    # Another process may be writing the compiled files.
    plain = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "tests" / "_offline", tmp_path / "tests" / "_offline", ignore=plain)
    code = "import socket\nsocket.gethostbyname('example.org')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    (tmp_path / "chapters").mkdir()
    nbformat.write(notebook, tmp_path / "chapters" / "reaches_out.ipynb")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "PYTHONPATH"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "chapters"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=env,
    )
    assert done.returncode == 1, done.stdout
    assert BLOCKED in done.stdout
