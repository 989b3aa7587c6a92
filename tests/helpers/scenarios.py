"""Scenarios that tests of conversations start from."""

from __future__ import annotations

from trace_trainer.engine.problems.installer import Scenario

WISHES = {"disk": "sda", "hostname": "atlas", "timezone": "Europe/Rome", "user": "maria", "password": "oak7"}
ONE_DISK = Scenario({"boot": "UEFI", "disks": {"sda": "500G"}}, WISHES)
