"""medai's training loop costs at most 5 % over ``keras.Model.fit`` (issue 3), as measured."""

import json


def test_the_loop_costs_at_most_five_per_cent(root):
    results = json.loads((root / "data/results/12_training_overhead.json").read_text("utf-8"))
    assert results["repeats"] >= 3
    ratios = {name: kinds["cpu"] for name, kinds in results["ratios"].items()}
    assert {"keras again", "medai", "medai, checkpoint", "medai, checkpoint, ema"} <= set(ratios)
    for name in ("medai", "medai, checkpoint", "medai, checkpoint, patience"):
        assert ratios[name]["median"] <= 1.05, name
    control = ratios["keras again"]  # Keras beside itself: how far chance alone goes
    assert control["min"] <= 1 <= control["max"]
