"""Load time and tokens per second of medai.llm, plain transformers and llama.cpp, side by side.

    python benchmarks/llm.py [--repeats 5] [--tokens 48]

All run the embedded SmolLM2 on the CPU, greedily, from the same prompt, on one thread and on
two; each number of threads has a process of its own, in which the ways take turns, so that
whatever else the machine does hits all.  The first turn is not counted.  Every way is stopped
after the same number of tokens, and the end of the answer is switched off for all of them.
llama.cpp (through xllamacpp's server, over HTTP on loopback, as a reader would use it) reads
the same GGUF file with its 4-bit weights; transformers works on the unpacked weights.

Load times: in a process where torch and transformers are already imported, from an empty
cache (cold) and from a full one (warm).  Writes data/results/10_llm.json.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "10_llm.json"
PROMPT = "The patient is a 54-year-old man who was admitted with chest pain. On examination"
PACKAGES = ("transformers", "torch", "xllamacpp", "openai", "gguf")


def ways(threads: int, tokens: int) -> dict[str, Callable[[], int]]:
    """Return functions that each write `tokens` tokens and return how many were written."""
    import torch
    import xllamacpp
    from transformers import GenerationConfig

    import medai.llm

    torch.set_num_threads(threads)
    ours = medai.llm.load()
    half = medai.llm.load(dtype="bfloat16")
    for one in (ours, half):
        one.model.generation_config.eos_token_id = None  # nobody may stop early
    ids = ours.tokenizer(PROMPT, return_tensors="pt")
    plain_config = GenerationConfig(max_new_tokens=tokens, do_sample=False, pad_token_id=2)

    params = xllamacpp.CommonParams()
    params.model.path = str(medai.llm.smollm2_file())
    params.n_ctx, params.n_parallel, params.port, params.verbosity = 1024, 1, 0, -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.ui, params.fit_params, params.cache_prompt = False, False, False
    server = xllamacpp.Server(params)
    remote = medai.llm.load(f"openai:smollm2@{server.listening_address}/v1")
    remote.server = server  # kept alive as long as the model

    def plain(model: object) -> int:
        with torch.inference_mode():
            out = model.generate(**ids, generation_config=plain_config)
        return out.shape[1] - ids["input_ids"].shape[1]

    def streamed() -> int:
        for _ in ours.generate(PROMPT, max_new_tokens=tokens, stream=True):
            pass
        return tokens

    def counted(model: object) -> int:
        model.generate(PROMPT, max_new_tokens=tokens)
        return tokens

    def llama() -> int:
        answer = remote._client.completions.create(
            model="smollm2", prompt=PROMPT, max_tokens=tokens, temperature=0,
            extra_body={"ignore_eos": True, "cache_prompt": False},
        )  # fmt: skip
        return answer.usage.completion_tokens

    return {
        "transformers, float32": lambda: plain(ours.model),
        "medai.llm, float32": lambda: counted(ours),
        "medai.llm, float32, stream": streamed,
        "transformers, bfloat16": lambda: plain(half.model),
        "medai.llm, bfloat16": lambda: counted(half),
        "llama.cpp, Q4_1": llama,
    }


def speed_here(threads: int, tokens: int, repeats: int) -> dict[str, list[float]]:
    """Return tokens per second of each way and repeat, measured in this process."""
    found: dict[str, list[float]] = {}
    todo = ways(threads, tokens)
    for repeat in range(-1, repeats):
        for name in list(todo) if repeat % 2 == 0 else list(todo)[::-1]:
            start = time.perf_counter()
            written = todo[name]()
            seconds = time.perf_counter() - start
            assert written == tokens, (name, written)
            if repeat >= 0:
                found.setdefault(name, []).append(written / seconds)
    return found


def load_here() -> dict[str, float]:
    """Return the seconds of a cold and of a warm load, torch and transformers being imported."""
    import torch  # noqa: F401
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM  # noqa: F401

    import medai.llm

    load = medai.llm.load
    seconds = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["MEDAI_DATA_HOME"] = home
        for kind in ("cold", "warm"):
            start = time.perf_counter()
            load()
            seconds[kind] = time.perf_counter() - start
    return seconds


def apart(*arguments: str) -> dict:
    """Run this file with `arguments` in a new process and return what it printed."""
    command = [sys.executable, __file__, *arguments]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(found.stdout.splitlines()[-1])


def summary(values: list[float]) -> dict[str, float]:
    low, middle, high = min(values), statistics.median(values), max(values)
    return {"min": round(low, 3), "median": round(middle, 3), "max": round(high, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--no-write", action="store_true", help="print only")
    parser.add_argument("--threads", type=int, help="measure here, print JSON")
    parser.add_argument("--load", action="store_true", help="measure loading here, print JSON")
    args = parser.parse_args()
    if args.load:
        print(json.dumps(load_here()))
        return
    if args.threads:
        print(json.dumps(speed_here(args.threads, args.tokens, args.repeats)))
        return

    import medai.llm

    loads = [apart("--load") for _ in range(3)]
    with open(medai.llm.smollm2_file(), "rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    result = {
        "measured": datetime.date.today().isoformat(),
        "command": " ".join(["python benchmarks/llm.py", *sys.argv[1:]]),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "versions": {name: version(name) for name in PACKAGES},
        "file_sha256": checksum,
        "tokens": args.tokens,
        "repeats": args.repeats,
        "load_note": "seconds in a process where torch and transformers are already imported",
        "load_seconds": {k: summary([one[k] for one in loads]) for k in ("cold", "warm")},
        "tokens_per_second": {},
        "ratio_to_plain_transformers": {},
    }
    options = ["--tokens", str(args.tokens), "--repeats", str(args.repeats)]
    for threads in ("1", "2"):
        speeds = apart("--threads", threads, *options)
        result["tokens_per_second"][threads] = {k: summary(v) for k, v in speeds.items()}
        ratios = {}
        for name, values in speeds.items():
            dtype = "bfloat16" if "bfloat16" in name else "float32"
            plain = speeds[f"transformers, {dtype}"]
            ratios[name] = summary([a / b for a, b in zip(values, plain, strict=True)])
        result["ratio_to_plain_transformers"][threads] = ratios
    for threads, speeds in result["tokens_per_second"].items():
        for name, value in speeds.items():
            ratio = result["ratio_to_plain_transformers"][threads][name]["median"]
            print(f"{threads} thread(s)  {name:28s} {value['median']:6.1f} tokens/s  {ratio:.2f}")
    print("load:", result["load_seconds"])
    if not args.no_write:
        TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
