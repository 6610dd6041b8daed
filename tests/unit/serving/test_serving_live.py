"""The real server: many callers at a time, and killed while it writes."""

import json
import math
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from serving_keys import BASE, bearer
from serving_live import serve_as_process, settings_file

from medai.serving import examples
from medai.serving.hooks import IDS
from medai.serving.store import FeedbackStore

SELECT = f"/cds-services/{IDS['order-select']}"
REQUESTS, AT_A_TIME, KILLS = 200, 20, 10


def test_two_hundred_orders_twenty_at_a_time(tmp_path):
    """No error, each with the same cards, each under a token of its own, none in the log."""
    body = examples.order_select()
    log = tmp_path / "log"
    with serve_as_process(settings_file(tmp_path), log) as (process, client):
        expected = client.post(
            SELECT, json=body, headers={"Authorization": bearer(aud=BASE + SELECT)}
        ).json()["cards"]
        tokens = [bearer(aud=BASE + SELECT) for _ in range(REQUESTS)]

        def call(token):
            begun = time.perf_counter()
            found = client.post(SELECT, json=body, headers={"Authorization": token})
            return found, time.perf_counter() - begun

        with ThreadPoolExecutor(AT_A_TIME) as pool:
            results = list(pool.map(call, tokens))
        process.terminate()  # a request's line follows its answer: not cut off by a kill
        process.wait(30)
    assert {found.status_code for found, _ in results} == {200}
    assert expected
    texts = [[card["summary"] for card in found.json()["cards"]] for found, _ in results]
    assert texts == [[card["summary"] for card in expected]] * REQUESTS
    slowest = sorted(seconds for _, seconds in results)
    print(f"p95 {slowest[math.ceil(0.95 * REQUESTS) - 1] * 1_000:.0f} ms (machine may be busy)")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    orders = [line for line in lines if line.get("route") == SELECT]
    assert len(orders) == REQUESTS + 1
    assert "eyJ" not in log.read_text()
    assert "codeine" not in log.read_text()


def feedback_of(number):
    """Return feedback of five items, which stand or fall together."""
    items = [
        {
            "card": f"{number}-{one}",
            "outcome": "overridden",
            "outcomeTimestamp": "2026-11-23T08:00:00Z",
            "overrideReason": {"userComment": "x" * 1_000},
        }
        for one in range(5)
    ]
    return {"feedback": items}


def test_killed_in_mid_write_it_loses_no_acknowledged_feedback(tmp_path):
    """SIGKILL while eight clients write, ten times; all on one store."""
    path = f"{SELECT}/feedback"
    settings = settings_file(tmp_path)
    acknowledged, counter, lock = set(), iter(range(10**9)), threading.Lock()

    def write(client, enough, stop):
        while not stop.is_set():
            with lock:
                number = next(counter)
            headers = {"Authorization": bearer(aud=BASE + path)}
            try:
                found = client.post(path, json=feedback_of(number), headers=headers)
            except httpx.TransportError:
                return  # killed: nothing was acknowledged
            assert found.status_code == 200, found.text
            with lock:
                acknowledged.add(number)
            enough.release()

    for kill in range(KILLS):
        enough, stop = threading.Semaphore(0), threading.Event()
        with (
            serve_as_process(settings, tmp_path / "log") as (process, client),
            ThreadPoolExecutor(8) as pool,
        ):
            writing = [pool.submit(write, client, enough, stop) for _ in range(8)]
            for _ in range(3 + kill):  # in the middle of the work, each time elsewhere
                assert enough.acquire(timeout=30)
            os.kill(process.pid, signal.SIGKILL)
            for one in writing:
                one.result()
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    kept: dict[int, int] = {}
    for row in store.all():
        number = int(row["card"].split("-")[0])
        kept[number] = kept.get(number, 0) + 1
    store.close()
    assert acknowledged <= set(kept)
    assert set(kept.values()) == {5}
    assert len(acknowledged) >= sum(3 + kill for kill in range(KILLS))


def test_a_used_token_stays_used_when_the_server_was_killed(tmp_path):
    settings, token = settings_file(tmp_path), bearer(aud=f"{BASE}/cds-services")
    codes = []
    for _ in range(2):
        with serve_as_process(settings, tmp_path / "log") as (process, client):
            found = client.get("/cds-services", headers={"Authorization": token})
            codes.append(found.status_code)
            process.send_signal(signal.SIGKILL)
    assert codes == [200, 401]


def test_two_workers_share_the_work_and_end_when_told(tmp_path):
    """SIGTERM ends both with success, and what they wrote is JSON without a traceback."""
    log = tmp_path / "log"
    path = f"{SELECT}/feedback"
    with serve_as_process(settings_file(tmp_path), log, workers=2) as (process, client):
        for number in range(10):
            headers = {"Authorization": bearer(aud=BASE + path)}
            assert client.post(path, json=feedback_of(number), headers=headers).is_success
        once = {"Authorization": bearer(aud=BASE + path)}
        codes = [client.post(path, json=feedback_of(99), headers=once).status_code]
        for _ in "ab":  # a new connection goes to the other worker, the next to the first again
            with httpx.Client(base_url=client.base_url, trust_env=False, timeout=30) as other:
                found = other.post(path, json=feedback_of(99), headers=once)
                codes.append(found.status_code)
        process.terminate()
        assert process.wait(30) == 0
    assert codes == [200, 401, 401]
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    assert len(store.all()) == 55
    store.close()
    for line in log.read_text().splitlines():
        json.loads(line)
