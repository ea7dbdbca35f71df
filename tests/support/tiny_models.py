"""Checkpoints of the true architectures, tiny and of random weights, saved as their authors save theirs."""

import json

WORDS = (
    "the tram was late a friendly driver my parcel never came and again how does customer feel what need "
    "represent text for clustering emotion topic review input instruction response ### # : ? . < > / mask s "
    "angry glad"
)
BERT_WORDS = "the tram was late a friendly driver my parcel never came . word"


def save_tokenizer(folder, special, template):
    """Whole words, in lower case, with marks as the template sets them."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: code for code, word in enumerate([*special.values(), *WORDS.split()])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=special["unk_token"]))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    marks = [(mark, vocabulary[mark]) for mark in special.values() if mark in template.split()]
    tokenizer.post_processor = processors.TemplateProcessing(single=template, special_tokens=marks)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **special).save_pretrained(
        folder
    )
    return len(vocabulary)


def save_instructor(folder):
    """A T5 encoder, the mean over its tokens, a linear layer without bias, length 1: width 32, then 24."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
    from transformers import T5Config, T5EncoderModel

    bare = folder / "bare"
    special = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    n_words = save_tokenizer(bare, special, "$A </s>")
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=n_words, d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2, eos_token_id=1
    )
    T5EncoderModel(config).save_pretrained(bare)
    dense = Dense(32, 24, bias=False, activation_function=torch.nn.Identity())
    modules = [Transformer(str(bare), max_seq_length=64), Pooling(32), dense, Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "saved"))
    return folder / "saved"


def save_sentence_model(folder):
    """A BERT of two layers of width 32 that cuts texts at 16 tokens, with the mean over its tokens."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *BERT_WORDS.split()]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder / "bare")
    BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder / "bare")
    transformer = Transformer(str(folder / "bare"), max_seq_length=16)
    SentenceTransformer(modules=[transformer, Pooling(32), Normalize()], device="cpu").save(
        str(folder / "tiny")
    )
    return folder / "tiny"


def save_as_version_2(folder):
    """Turn a saved model into what old versions of the library wrote: names, settings, pickled weights."""
    import torch
    from safetensors.torch import load_file

    modules = json.loads((folder / "modules.json").read_text())
    for module in modules:
        kind = module["type"].rsplit(".", 1)[-1]
        module["type"] = f"sentence_transformers.models.{kind}"
        place = folder / module["path"]
        if kind == "Pooling":
            old = {"word_embedding_dimension": 32, "pooling_mode_cls_token": False}
            old |= {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False}
            (place / "config.json").write_text(json.dumps(old))
        if kind == "Dense":
            torch.save(load_file(place / "model.safetensors"), place / "pytorch_model.bin")
            (place / "model.safetensors").unlink()
            settings = json.loads((place / "config.json").read_text())
            renamed = {"in_features", "out_features", "bias", "activation_function"} & set(settings)
            settings = {name: settings[name] for name in renamed}
            settings["activation_function"] = "torch.nn.modules.linear.Identity"
            (place / "config.json").write_text(json.dumps(settings))
    (folder / "modules.json").write_text(json.dumps(modules))
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def save_causal(folder, kind="llama", *, pad=True):
    """A Llama or an OPT of three layers of width 32."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, OPTConfig, OPTForCausalLM

    special = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"} | (
        {"pad_token": "<pad>"} if pad else {}
    )
    n_words = save_tokenizer(folder, special, "<s> $A")
    shape = {"vocab_size": n_words, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2}
    marks = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 3 if pad else None}
    torch.manual_seed(0)
    if kind == "llama":
        config = LlamaConfig(**shape, **marks, intermediate_size=64, max_position_embeddings=256)
        model = LlamaForCausalLM(config)
    else:
        config = OPTConfig(
            **shape, **marks, ffn_dim=64, max_position_embeddings=256, word_embed_proj_dim=32, dropout=0.0
        )
        model = OPTForCausalLM(config)
    for parameter in model.parameters():  # as drawn, all states are nearly alike
        parameter.data *= 4 if parameter.dim() > 1 else 1
    model.save_pretrained(folder)
    return folder


def save_masked(folder):
    """A RoBERTa of two layers of width 32."""
    import torch
    from transformers import RobertaConfig, RobertaForMaskedLM

    special = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    special |= {"mask_token": "<mask>", "cls_token": "<s>", "sep_token": "</s>"}
    n_words = save_tokenizer(folder, dict(list(special.items())[:5]), "<s> $A </s>")
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=n_words,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=130,
        type_vocab_size=1,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
    )
    model = RobertaForMaskedLM(config)
    for parameter in model.parameters():
        parameter.data *= 4 if parameter.dim() > 1 else 1
    model.save_pretrained(folder)
    return folder


def save_with_mean(folder, architecture, n_layers=6):
    """A transformer of width 32 of one of the architectures below, with the mean over its tokens."""
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    special = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>", "bos_token": "<s>"}
    n_words = save_tokenizer(folder / "bare", special, "<s> $A </s>")
    usual = {"hidden_size": 32, "num_hidden_layers": n_layers, "num_attention_heads": 2}
    usual |= {"vocab_size": n_words, "intermediate_size": 64, "max_position_embeddings": 130}
    usual |= {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 3}
    t5 = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": n_layers, "num_heads": 2}
    distil = {"dim": 32, "n_layers": n_layers, "n_heads": 2, "hidden_dim": 64}
    gpt2 = {"n_embd": 32, "n_layer": n_layers, "n_head": 2, "eos_token_id": 1, "bos_token_id": 3}
    settings, suffix = {
        "Bert": (usual, "Model"),
        "MPNet": (usual, "Model"),
        "ModernBert": (usual | {"cls_token_id": 3, "sep_token_id": 1}, "Model"),
        "Albert": (usual | {"embedding_size": 16}, "Model"),  # one layer, called again and again
        "DistilBert": (distil, "Model"),
        "T5": (t5, "EncoderModel"),
        "GPT2": (gpt2, "Model"),
        "Qwen3": (usual | {"num_key_value_heads": 2, "head_dim": 16}, "Model"),
    }[architecture]
    torch.manual_seed(0)
    config = getattr(transformers, f"{architecture}Config")(**({"vocab_size": n_words} | settings))
    getattr(transformers, architecture + suffix)(config).save_pretrained(folder / "bare")
    modules = [Transformer(str(folder / "bare"), max_seq_length=32), Pooling(32), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "saved"))
    return folder / "saved"
