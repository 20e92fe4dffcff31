"""word2vec vectors of the word pieces, so that the embeddings do not start from nothing."""

import numpy as np
from gensim.models import Word2Vec

from pretraining.reviews import TokenizedReviews

STANDARD_DEVIATION = 0.04


def skip_gram_embeddings(
    reviews: TokenizedReviews, vocabulary_size: int, hidden_size: int, seed: int
) -> np.ndarray:
    """Return a ``[vocabulary_size, hidden_size]`` float32 matrix; unseen pieces stay random.

    Skip-gram with negative sampling (Mikolov et al., 2013, arXiv:1310.4546), two passes.
    """
    sentences = [reviews[index].tolist() for index in range(len(reviews))]
    vectors = Word2Vec(
        sentences, vector_size=hidden_size, window=5, min_count=5, sg=1, negative=5,
        epochs=2, workers=2, seed=seed,
    ).wv  # fmt: skip
    matrix = np.random.default_rng(seed).normal(size=(vocabulary_size, hidden_size))
    seen = np.array(vectors.index_to_key, dtype=np.int64)
    matrix[seen] = (vectors.vectors - vectors.vectors.mean(axis=0)) / vectors.vectors.std()
    return (matrix * STANDARD_DEVIATION).astype(np.float32)
