"""A digest of a made-up city: figures name their city by it, and the generator stays as it is. Pure."""

from __future__ import annotations

from hashlib import sha256

from recommender.simulation.city import City


def fingerprint(city: City) -> str:
    """64 hexadecimal digits over everything but the items' numbers, which differ between installations."""
    digest = sha256()
    for item, minute in zip(city.items, city.published.tolist(), strict=True):
        digest.update(f"{item.external_id} {minute}\n".encode())
    for citizen in city.citizens:
        told = [(one.name, one.value, one.minute) for one in citizen.told]
        facts = sorted(citizen.facts.items())
        digest.update(f"{citizen.id} {citizen.joined} {citizen.personalize} {facts} {told}\n".encode())
    for step in city.steps:
        what = f"{step.type} {step.origin} {step.minute} {step.value} {step.thread}"
        digest.update(f"{step.citizen} {city.items[step.item].external_id} {what}\n".encode())
    return digest.hexdigest()
