"""The best of all clusterings is reported as if it were the only one."""

from reprise.leaks.entry import Edit, Leak

BEST = Edit(
    "src/reprise/evaluation/clusterings.py",
    "    for clusters in clusterings:\n        agreement.validate(reference, clusters)\n",
    '    for clusters in clusterings:\n        agreement.validate(reference, clusters)\n    clusterings = [max(clusterings, key=lambda one: agreement.evaluate(reference, one)["ami"])]\n',
)
LEAK = Leak(
    "L25", "the evaluator reports the best of its clusterings", ("evaluate",), (BEST,), secrets=(), caught="D"
)
