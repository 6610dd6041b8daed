"""Random models of two layers and a tokeniser of whole words, for tests of fine-tuning."""

from pathlib import Path

WORDS = "heart beat fast slow chest pain skin rash itch dry red spots eye blurred vision"
WORDS = [*WORDS.split(), "low", "high", "potassium", "sodium", "is", "the", "an", "of"]
SKIN, HEART = ["dry skin", "red skin rash", "itch", "red spots"], ["heart beat fast", "chest pain"]
TEXTS = [*SKIN, *HEART, "slow heart", "the chest pain of the heart", "skin itch", "fast heart"]
LABELS = ["skin"] * 4 + ["heart"] * 4 + ["skin", "heart"]


def tokenizer():
    """Return a tokeniser of whole words."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "</s>"]
    vocabulary = {w: i for i, w in enumerate([*special, *WORDS])}
    inner = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    inner.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", eos_token="</s>"
    )


def bert_folder(folder: Path, seed: int = 1) -> Path:
    """Write a random BERT of two layers with its tokeniser."""
    import torch
    from transformers import BertConfig, BertModel

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=40,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=48,
            max_position_embeddings=64,
        )
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def llama(seed: int = 1):
    """Return a random Llama of two layers."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        config = LlamaConfig(
            vocab_size=40,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            intermediate_size=48,
            max_position_embeddings=64,
            pad_token_id=0,
            eos_token_id=5,
        )
        return LlamaForCausalLM(config).eval()
