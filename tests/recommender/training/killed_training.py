"""Trains in a process that kills itself before its n-th statement, or at its n-th commit."""

from __future__ import annotations

import sys
import threading
from datetime import datetime

from core.clock import FixedClock
from core.database.engine import open_engine
from core.jobs.kinds import Kind
from core.jobs.leases import Leases
from core.jobs.running import Runner
from recommender.interactions.weights import InteractionWeights
from recommender.training import kept
from recommender.training.job import TrainingJob
from recommender.training.recipe import Recipe
from recommender.training.sources import SOURCES
from recommender.training.training import Training
from tests.killing import dies_at
from tests.recommender.training.town import QuickFit, read_quick

DATABASE, AT, KIND, POINT = sys.argv[1:5]
# So that an artefact has many chunks.
kept.CHUNK_BYTES = 500  # type: ignore[misc]
engine = open_engine(DATABASE)
clock = FixedClock(datetime.fromisoformat(AT))
leases = Leases(engine, clock)
leases.sweep()
recipe = Recipe(QuickFit(), read_quick, InteractionWeights(), SOURCES, grid=({},))
runner = Runner(leases, {Kind.TRAIN: TrainingJob(Training(engine, clock, recipe))}, threading.Event(), 60)
dies_at(engine, KIND, int(POINT))
while job := leases.claim(runner.kinds):
    runner.run(job)
