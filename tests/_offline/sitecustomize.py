"""Block every network connection except loopback, in this Python process.

Python imports a module of this name at start-up.  The repository's ``conftest.py`` puts this
folder on ``PYTHONPATH``, so that every child process of a test run, notebook kernels
included, is blocked as well, and imports the file itself to block the test process.

The block is an audit hook: it sees each connection, datagram and name look-up that goes
through Python's sockets, and it cannot be removed or patched away.  Processes that are not
Python (a browser) are not covered.
"""

import importlib.machinery
import ipaddress
import os
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LOOPBACK_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost"}


class NetworkBlockedError(OSError):
    """A test tried to reach another host."""


def is_local(host):
    """Tell whether `host` (a name, an address or None) means this machine."""
    if host is None:
        return True
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("ascii", "replace")
    if not isinstance(host, str):
        return False
    host = host.strip("[]").rstrip(".").lower()
    if host in LOOPBACK_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def refuse(what):
    """Raise the error that a blocked attempt gets."""
    raise NetworkBlockedError(
        f"blocked by the test suite (tests/_offline): {what}. Tests and chapters run without "
        "a network; only loopback is allowed. Use embedded data or a local server."
    )


def guard(event, args):
    """Audit hook: refuse connections, datagrams and look-ups that leave this machine."""
    if not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        sock, address = args
        inet = sock.family in (socket.AF_INET, socket.AF_INET6)
        if inet and isinstance(address, tuple) and not is_local(address[0]):
            refuse(f"{event.removeprefix('socket.')} to {address[0]!r} port {address[1]!r}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        if not is_local(args[0]):
            refuse(f"looking up the host {args[0]!r}")
    elif event == "socket.getnameinfo" and not is_local(args[0][0]):
        refuse(f"looking up the address {args[0][0]!r}")


def block():
    """Install the hook once in this process."""
    if not getattr(sys, "_medai_network_blocked", False):
        sys._medai_network_blocked = True
        sys.addaudithook(guard)


def next_sitecustomize():
    """Run the sitecustomize that this file hides, if the environment has one."""
    path = [p for p in sys.path if os.path.abspath(p or os.curdir) != HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", path)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


block()
if __name__ == "sitecustomize":
    import importlib.util

    next_sitecustomize()
