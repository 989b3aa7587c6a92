"""LVM: from partitions to logical volumes that are formatted and mounted."""

from __future__ import annotations

import pytest
from helpers.machines import fails, fresh, run

from trace_trainer.verifiers.machine import Machine, compare_effects

GROUP = "pvcreate -y /dev/sda2 && vgcreate vg0 /dev/sda2"


def grouped() -> Machine:
    machine = fresh()
    run(machine, GROUP)
    return machine


def test_volumes_are_made_formatted_and_mounted() -> None:
    machine = grouped()
    run(machine, "lvcreate -L 20G -n root vg0", "lvcreate -l 100%FREE -n home vg0")
    run(machine, "mkfs.ext4 /dev/vg0/root", "mkfs.xfs /dev/mapper/vg0-home", "mount /dev/vg0/root /mnt")
    facts = machine.facts()
    assert facts["groups"] == ["vg0 sda2"] and facts["sda2.fs"] == "LVM2_member"
    assert facts["mapper/vg0-root.size_mib"] == 20 * 1024
    assert facts["mapper/vg0-root.mounted"] == "/mnt" and facts["mapper/vg0-home.fs"] == "xfs"
    assert "vg0-root" in run(machine, "lsblk").stdout


def test_vgcreate_makes_physical_volumes_itself() -> None:
    assert compare_effects(fresh(), GROUP, "vgcreate vg0 /dev/sda2") == "equal"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("lvcreate -L 20G -n root vg1", 'Volume group "vg1" not found'),
        ("lvcreate -L 2000G -n root vg0", "insufficient free space"),
        ("lvcreate -n root vg0", "specify either size or extents"),
        ("vgcreate vg0 /dev/sda1", "already exists"),
        ("vgextend vg9 /dev/sda1", "not found"),
        ("lvextend -L 40G /dev/vg0/root", "Failed to find"),
        ("pvremove /dev/sda1", "No PV found"),
        ("pvremove /dev/sda2", "used by a VG"),
        ("pvcreate /dev/sdz1", "not found"),
    ],
)
def test_what_cannot_be_done_fails(line: str, message: str) -> None:
    fails(grouped(), line, message)


def test_a_volume_grows_and_goes() -> None:
    machine = grouped()
    run(machine, "lvcreate -L 20G -n root vg0", "lvextend -L +10G /dev/vg0/root")
    assert machine.facts()["mapper/vg0-root.size_mib"] == 30 * 1024
    run(machine, "lvremove -y vg0/root", "vgremove vg0", "pvremove /dev/sda2")
    assert machine.state.volumes == {} and machine.state.groups == {} and "sda2" not in machine.state.fs


def test_what_a_group_takes_is_in_use() -> None:
    machine = grouped()
    for line in ("mkfs.ext4 /dev/sda2", "sgdisk -Z /dev/sda", "pvcreate -ff -y /dev/sda2"):
        assert machine.run(line).verdict == "refused"


def test_the_tables_show_what_there_is() -> None:
    machine = grouped()
    run(machine, "lvcreate -L 20G -n root vg0")
    assert "/dev/sda2 vg0" in run(machine, "pvs").stdout
    assert "vg0 1   1   " in run(machine, "vgs").stdout
    assert "root vg0   20g" in run(machine, "lvs").stdout
    assert "Logical volume" in run(machine, "lvdisplay").stdout
    assert '1 logical volume(s) in volume group "vg0"' in run(machine, "vgchange -ay").stdout


def test_lvm_inside_luks() -> None:
    machine = fresh()
    run(machine, "cryptsetup luksFormat /dev/sda2", "cryptsetup open /dev/sda2 cryptlvm")
    run(machine, "vgcreate vg /dev/mapper/cryptlvm", "lvcreate -L 8G vg -n swap", "mkswap /dev/vg/swap")
    run(machine, "swapon /dev/vg/swap")
    fails(machine, "cryptsetup close cryptlvm", "still in use")
    assert machine.facts()["swaps"] == ["mapper/vg-swap"]
