"""Fine-tune what was pretrained: a classifier on MiniLM, LoRA on a language model (chapter 09).

Everything runs on a CPU, can be killed and gone on with (``checkpoint=``), is saved as
safetensors with a model card, and is read back without running anybody's code.
"""

from medai.llm.finetune.classifier import TextClassifier
from medai.llm.finetune.load import load_classifier
from medai.llm.finetune.lora import LoraTuned, load_lora, lora_tune
from medai.llm.finetune.matrices import lora_size, lora_weight, quantize_rows
from medai.llm.finetune.quantize import quantized, size_in_bytes
from medai.llm.finetune.serve import ClassifierServer
from medai.llm.finetune.temperature import fit_temperature
from medai.llm.finetune.train import fine_tune_classifier, length_batches

__all__ = [
    "ClassifierServer",
    "LoraTuned",
    "TextClassifier",
    "fine_tune_classifier",
    "fit_temperature",
    "length_batches",
    "load_classifier",
    "load_lora",
    "lora_size",
    "lora_tune",
    "lora_weight",
    "quantize_rows",
    "quantized",
    "size_in_bytes",
]
