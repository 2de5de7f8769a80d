"""Arousal and valence: a perceptron on embeddings of the finetuned model, trained on pairwise judgements."""

from reprise import params as parameters
from reprise import tables
from reprise.emotion.regressor import Training
from reprise.emotion.store import save_mood, save_unavailable
from reprise.emotion.transfer import read_corpus, transfer
from reprise.finetune.saved import load_finetuned
from reprise.stage import run

FRAMES = "data/features/emotion/frames"
CORPUS = "data/corpus/emotion"
FINETUNED = "data/finetuned"
REGRESSOR = "data/av_regressor"
METRICS = "metrics/transfer.json"


def main() -> None:
    """Read the finetuned model and the emotion corpus; write the mood model and its metrics, or why there is none."""
    params = parameters.load()
    about = tables.read_json(f"{CORPUS}/corpus.json")
    found = [tables.read_table(f"{CORPUS}/{name}.parquet", name) for name in ("pairs", "affect")]
    if all(table.empty for table in found):
        why = f"the dataset '{about['dataset']}' has neither judged pairs nor values of arousal and valence"
        save_unavailable(REGRESSOR, why)
        tables.write_json(METRICS, {"available": False, "why": why})
        return
    training = Training.from_params(params.transfer.to_dict())
    corpus = read_corpus(CORPUS, FRAMES, load_finetuned(FINETUNED))
    mood, metrics = transfer(corpus, about, training, params.transfer.folds, params.seed)
    save_mood(REGRESSOR, mood, training.hidden)
    tables.write_json(METRICS, metrics)


if __name__ == "__main__":
    run(main)
