"""LUKS containers: made, opened, formatted inside, closed and opened again."""

from __future__ import annotations

from helpers.machines import fails, fresh, run

from trace_trainer.verifiers.machine import compare_effects

FORMAT = "echo -n secret | cryptsetup luksFormat -q /dev/sda2 -"
OPEN = "echo -n secret | cryptsetup open /dev/sda2 cryptroot -d -"


def test_a_container_is_formatted_opened_and_mounted() -> None:
    machine = fresh()
    run(machine, "cryptsetup -y -v luksFormat /dev/sda2", "cryptsetup open /dev/sda2 cryptroot")
    run(machine, "mkfs.ext4 /dev/mapper/cryptroot", "mount /dev/mapper/cryptroot /mnt")
    facts = machine.facts()
    assert facts["sda2.fs"] == "crypto_LUKS"
    assert facts["mapper/cryptroot.fs"] == "ext4" and facts["mapper/cryptroot.mounted"] == "/mnt"
    assert "cryptroot" in run(machine, "lsblk").stdout and "crypt" in run(machine, "lsblk").stdout
    assert "/dev/mapper/cryptroot" in run(machine, "genfstab /mnt").stdout


def test_what_is_in_a_container_outlives_closing_it() -> None:
    machine = fresh()
    run(machine, FORMAT, OPEN, "mkfs.ext4 /dev/mapper/cryptroot", "mount /dev/mapper/cryptroot /mnt")
    run(machine, "echo x > /mnt/a")
    fails(machine, "cryptsetup close cryptroot", "still in use")
    run(machine, "umount /mnt", "cryptsetup close cryptroot")
    fails(machine, "mount /dev/mapper/cryptroot /mnt")
    run(machine, OPEN.replace("cryptroot", "other"), "mount /dev/mapper/other /mnt")
    assert run(machine, "cat /mnt/a").stdout == "x\n"


def test_another_passphrase_does_not_open() -> None:
    machine = fresh()
    run(machine, FORMAT)
    fails(machine, "echo -n wrong | cryptsetup open /dev/sda2 c -d -", "No key available")
    run(machine, "echo -n more > /tmp/key", "cryptsetup luksAddKey /dev/sda2 /tmp/key")
    run(machine, "cryptsetup open --key-file /tmp/key /dev/sda2 c")


def test_only_a_container_is_opened_and_only_a_volume_closed() -> None:
    machine = fresh()
    fails(machine, "cryptsetup open /dev/sda2 c", "not a valid LUKS device")
    fails(machine, "cryptsetup close c", "not active")
    assert machine.run("cryptsetup isLuks /dev/sda2").exit == 1
    run(machine, FORMAT, "cryptsetup isLuks /dev/sda2", "cryptsetup luksDump /dev/sda2")
    fails(machine, "mount /dev/sda2 /mnt", "unknown filesystem type 'crypto_LUKS'")


def test_a_container_in_use_is_not_formatted() -> None:
    machine = fresh()
    run(machine, FORMAT, OPEN)
    run(machine.copy(), "cryptsetup close cryptroot && mkfs.ext4 /dev/sda2")
    for line in ("mkfs.ext4 /dev/sda2", "wipefs -a /dev/sda2", "sgdisk -Z /dev/sda", FORMAT):
        assert machine.run(line).verdict == "refused"


def test_the_passphrase_is_part_of_the_effect() -> None:
    assert compare_effects(fresh(), FORMAT, FORMAT) == "equal"
    assert compare_effects(fresh(), FORMAT, FORMAT.replace("secret", "other")) == "different"
