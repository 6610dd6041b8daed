"""Every formula against models that were built, published sizes, or a count by hand."""

import pytest

from medai.runtime import MedaiError
from medai.scale.resources import (
    Transformer,
    block_parameters,
    conv,
    dense,
    embedding,
    forward_flops,
    inference_memory,
    kv_cache,
    parameters,
    training_memory,
)

pytestmark = pytest.mark.once
GPT2 = Transformer(50257, 768, 12, 12, context=1024)
BERT_BASE = Transformer(30522, 768, 12, 12, context=512, segments=2, embedding_norm=True,
                        final_norm=False, pooler=True)  # fmt: skip


def test_published_sizes():
    # GPT-2's model card: "the smallest version of GPT-2, with 124M parameters".
    # Devlin et al. 2019: BERT-base (L=12, H=768, A=12) 110M.  The published vocabulary has 30,522
    # entries, so the sum is 109.5 million.
    assert round(parameters(GPT2)["total"] / 1e6) == 124
    assert round(parameters(BERT_BASE)["total"] / 1e7) == 11


def test_a_block_by_hand():
    # D = 4: four 4×4 matrices with biases, 4×16 and 16×4 with biases, two norms of 2·4
    assert block_parameters(Transformer(10, 4, 1, 2)) == {
        "attention": 4 * 16 + 16, "feed-forward": 128 + 20, "norms": 16,
    }  # fmt: skip


def test_gpt_and_bert_of_the_book():
    from medai.nn.bert import BertEncoder
    from medai.nn.gpt import GPT

    gpt = GPT(100, context=16, width=24, depth=3, heads=4)
    gpt.build()
    assert gpt.count_params() == parameters(Transformer(100, 24, 3, 4, context=16))["total"]
    bert = BertEncoder(90, context=12, width=32, depth=2, heads=4, hidden=40)
    bert.build()
    config = Transformer(90, 32, 2, 4, context=12, hidden=40, segments=2,
                         embedding_norm=True, final_norm=False)  # fmt: skip
    assert bert.count_params() == parameters(config)["total"]


def test_convolutions_of_the_book():
    from medai.nn.cnn import circulating_cnn

    # at 224×224: 222, 109 and 52 pixels after each unpadded convolution, 26 after the last pool
    parts = [conv(3, 3, 32, 222, 222), conv(3, 32, 64, 109, 109), conv(3, 64, 128, 52, 52),
             dense(26 * 26 * 128, 1024), dense(1024, 2)]  # fmt: skip
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    model = circulating_cnn()
    assert model.count_params() == total.parameters
    sizes = [layer.output.shape[1:] for layer in model.layers if layer.count_params()]
    assert [p.outputs for p in parts] == [product(size) for size in sizes]


def product(sizes):
    total = 1
    for size in sizes:
        total *= size
    return total


@pytest.fixture(scope="module")
def smollm2():
    import medai.llm

    model = medai.llm.load().model
    before = model.config._attn_implementation
    model.set_attn_implementation("eager")  # the profiler does not see the fused kernel's products
    yield model
    model.set_attn_implementation(before)


@pytest.fixture(scope="module")
def config(smollm2):
    c = smollm2.config
    return Transformer(c.vocab_size, c.hidden_size, c.num_hidden_layers, c.num_attention_heads,
                       hidden=c.intermediate_size, kv_heads=c.num_key_value_heads, gated=True,
                       bias=False, norm_bias=False)  # fmt: skip


def test_smollm2_has_the_parameters_flops_and_cache_that_were_computed(smollm2, config):
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    assert sum(p.numel() for p in smollm2.parameters()) == parameters(config)["total"] == 134515008
    ids = torch.arange(2 * 24).reshape(2, 24)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        out = smollm2(ids, use_cache=True)
    assert counter.get_total_flops() == forward_flops(config, 24, batch=2)
    held = sum(layer.keys.nbytes + layer.values.nbytes for layer in out.past_key_values.layers)
    assert held == kv_cache(config, 24, batch=2, precision="fp32")


def test_its_weights_take_the_memory_that_was_computed(smollm2, config):
    total = parameters(config)["total"]
    assert sum(p.nbytes for p in smollm2.parameters()) == inference_memory(total, "fp32")
    # 32 weights of 4 bits and a scale of 16 bits are 18 bytes
    assert inference_memory(320, "int4") == 180


def test_training_takes_three_forward_passes():
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import GPT2Config, GPT2LMHeadModel

    sizes = {"vocab_size": 50, "n_positions": 16, "n_embd": 24, "n_layer": 2, "n_head": 3}
    model = GPT2LMHeadModel(GPT2Config(**sizes, attn_implementation="eager"))
    config = Transformer(50, 24, 2, 3, context=16)
    assert sum(p.numel() for p in model.parameters()) == parameters(config)["total"]
    ids = torch.arange(16)[None]
    with FlopCounterMode(display=False) as counter:
        model(ids, labels=ids).loss.backward()
    assert counter.get_total_flops() == 3 * forward_flops(config, 16)


def test_adam_holds_what_torch_holds():
    import torch

    model = torch.nn.Linear(30, 20)
    optimiser = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 30)).sum().backward()
    optimiser.step()
    n = sum(p.numel() for p in model.parameters())
    found = training_memory(n, "fp32", "adam")
    assert found["weights"] == sum(p.nbytes for p in model.parameters())
    assert found["gradients"] == sum(p.grad.nbytes for p in model.parameters())
    held = [t for s in optimiser.state.values() for k, t in s.items() if k != "step"]
    assert found["optimiser"] == sum(t.nbytes for t in held)


def test_sharding_as_in_zero():
    # Mixed precision with Adam holds 2 + 2 + 12 bytes a weight (ZeRO's count).  By hand, for 7.5
    # billion weights on 64 workers: 16·7.5; (4 + 12/64)·7.5; (2 + 14/64)·7.5; 16/64·7.5 GB.
    totals = [training_memory(7_500_000_000, "bf16", workers=64, stage=s)["total"] / 1e9
              for s in (0, 1, 2, 3)]  # fmt: skip
    assert [round(t, 1) for t in totals] == [120.0, 31.4, 16.6, 1.9]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Transformer(10, 10, 1, 3), "cannot be shared by 3 heads"),
        (lambda: Transformer(10, 12, 1, 4, kv_heads=3), "cannot share 3 heads"),
        (lambda: Transformer(0, 12, 1, 4), "vocabulary=0"),
        (lambda: Transformer(10, 12, 1, 4, context=-1), "context=-1"),
        (lambda: Transformer(10, 12.0, 1, 4), "width=12.0"),
        (lambda: forward_flops(GPT2, 1025), "positions for 1024"),
        (lambda: kv_cache(GPT2, 5, precision="fp8"), "precision='fp8'"),
        (lambda: training_memory(5, "int8"), "needs gradients"),
        (lambda: training_memory(5, optimiser="lion"), "optimiser='lion'"),
        (lambda: training_memory(5, stage=4), "stage=4"),
        (lambda: dense(0, 3), "n_in=0"),
        (lambda: embedding(True, 3), "vocabulary=True"),
    ],
)
def test_impossible_sizes_are_named(call, message):
    with pytest.raises(MedaiError, match=message):
        call()
