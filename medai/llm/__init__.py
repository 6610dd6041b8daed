"""One interface over language models, sentence embeddings, and fine-tuning.

Importing this room is cheap: torch, transformers and openai are loaded by the first call
that needs them.
"""

from medai.llm.weights import minilm_folder, smollm2_file

__all__ = ["minilm_folder", "smollm2_file"]
