"""How good the answers are on annotated questions, and how often there is one where none should be. Pure."""

from knowledge_base.evaluation.figures import Figures, Score, bare, evaluate, figures, score
from knowledge_base.evaluation.lines import (
    DumpLine,
    Evaluated,
    Probe,
    Query,
    read_dump,
    read_probes,
    read_queries,
    write_dump,
)

__all__ = [
    "DumpLine",
    "Evaluated",
    "Figures",
    "Probe",
    "Query",
    "Score",
    "bare",
    "evaluate",
    "figures",
    "read_dump",
    "read_probes",
    "read_queries",
    "score",
    "write_dump",
]
