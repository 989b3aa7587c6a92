"""Daily lines of installation guides: swap files, sfdisk scripts, checks and labels, images, the console."""

from __future__ import annotations

import pytest
from helpers.machines import DISKS, FORMATTED, after, fails, fresh, installed, mounted, run

from trace_trainer.verifiers.machine import Machine, compare_effects

SWAP_FILE = "fallocate -l 4G /mnt/swapfile && chmod 600 /mnt/swapfile && mkswap /mnt/swapfile"


@pytest.mark.parametrize(
    "line",
    [
        SWAP_FILE,
        "dd if=/dev/zero of=/mnt/swapfile bs=1M count=4096 status=progress && mkswap /mnt/swapfile",
        "truncate -s 4G /mnt/swapfile; mkswap /mnt/swapfile",
        "mkswap --file --size 4G /mnt/swapfile",
    ],
)
def test_every_way_to_a_swap_file_is_the_same(line: str) -> None:
    assert compare_effects(mounted(), line, SWAP_FILE) == "equal"
    machine = mounted()
    run(machine, line, "swapon /mnt/swapfile")
    assert machine.facts()["swaps"] == ["/mnt/swapfile"]
    assert "/mnt/swapfile file" in run(machine, "swapon --show").stdout
    assert "/swapfile\tnone\tswap" in run(machine, "genfstab -U /mnt").stdout


def test_a_swap_file_keeps_its_file_system_busy() -> None:
    machine = mounted()
    run(machine, SWAP_FILE, "swapon /mnt/swapfile")
    run(machine, "umount /mnt/boot/efi")
    fails(machine, "umount /mnt", "target is busy")
    run(machine, "swapoff /mnt/swapfile", "umount /mnt")


def test_what_is_no_swap_area_is_not_used() -> None:
    machine = mounted()
    run(machine, "fallocate -l 1G /mnt/x")
    fails(machine, "swapon /mnt/x", "read swap header failed")
    fails(machine, "fallocate -l 2T /mnt/y", "No space left")


def test_swapon_and_mount_take_what_fstab_lists() -> None:
    machine = Machine.from_spec(FORMATTED)
    run(machine, "echo '/dev/sda3 none swap defaults 0 0' >> /etc/fstab", "swapon -a", "swapon -a")
    assert machine.facts()["swaps"] == ["sda3"]
    run(machine, "echo '/dev/sda2 /mnt ext4 defaults 0 1' >> /etc/fstab", "mount -a", "mount -a")
    assert machine.facts()["sda2.mounted"] == "/mnt"


SGDISK = "sgdisk -n 1:0:+512M -t 1:ef00 -n 2:0:+8G -t 2:8200 -n 3:0:0 /dev/sda"


@pytest.mark.parametrize(
    "script",
    [
        "label: gpt\n,512M,U\n,8G,S\n,,L\n",
        "label: gpt\nsize=512M, type=uefi\nsize=8G, type=swap\ntype=linux\n",
        "label: gpt\n/dev/sda1 : size=512MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\n"
        "2 : size=8GiB, type=S\n3 : size=+\n",
    ],
)
def test_an_sfdisk_script_makes_the_same_table(script: str) -> None:
    machine = Machine.from_spec(DISKS)
    assert compare_effects(machine, f"sfdisk /dev/sda << 'EOF'\n{script}EOF", SGDISK) == "equal"


def test_sfdisk_keeps_the_label_and_takes_dos_where_there_is_none() -> None:
    assert after(DISKS, "echo ',,L' | sfdisk /dev/sda").state.disks["sda"].label == "dos"
    machine = after(DISKS, "sgdisk -o /dev/sda", "echo ',,L' | sfdisk /dev/sda")
    assert machine.state.disks["sda"].label == "gpt"
    run(machine, "sfdisk --part-type /dev/sda 1 V", "sfdisk --delete /dev/sda 1")
    fails(machine, "sfdisk --delete /dev/sda 1", "partition 1")
    fails(machine, "echo 'size=2T' | sfdisk /dev/sda", "No space left")
    assert machine.run("sfdisk /dev/sda").verdict == "unsupported"


def test_file_systems_are_checked_and_labelled() -> None:
    machine = fresh()
    assert "clean" in run(machine, "fsck -n /dev/sda2").stdout
    run(machine, "fsck.fat -a /dev/sda1", "e2label /dev/sda2 root", "fatlabel /dev/sda1 ESP")
    assert "root" in run(machine, "lsblk -o NAME,LABEL").stdout
    assert run(machine, "e2label /dev/sda2").stdout == "root\n"
    fails(machine, "e2label /dev/sda1 x", "Bad magic number")
    run(machine, "tune2fs -L other /dev/sda2", "resize2fs /dev/sda2")
    fails(mounted(), "e2fsck /dev/sda2", "is mounted")


def test_a_whole_system_is_copied_with_cp_or_unpacked() -> None:
    for line in ("cp -ax / /mnt", "unsquashfs -f -d /mnt /run/archiso/bootmnt/arch/x86_64/airootfs.sfs"):
        machine = mounted()
        run(machine, line)
        assert machine.facts()["target.installed"] == "rsync"
        run(machine, "arch-chroot /mnt hostname")
    fails(mounted(), "unsquashfs -d /mnt /run/archiso/bootmnt/arch/x86_64/airootfs.sfs", "File exists")


def test_a_system_is_spread_over_what_is_mounted_below() -> None:
    machine = fresh(mounts={"sda2": "/mnt", "sda1": "/mnt/boot"})
    run(machine, "pacstrap -K /mnt base linux")
    assert "/vmlinuz-linux" in machine.state.fs["sda1"].tree.files
    run(machine, "sha256sum /mnt/boot/vmlinuz-linux")


def test_settings_of_the_live_system_are_kept() -> None:
    machine = fresh()
    run(machine, "setfont ter-132b", "rfkill block wifi", "modprobe dm-crypt", "udevadm settle")
    assert machine.state.settings == {
        "font": "ter-132b",
        "radio wlan": "blocked",
        "module dm_crypt": "loaded",
    }
    run(machine, "rfkill unblock wifi")
    assert "radio wlan" not in machine.state.settings
    fails(machine, "setfont no-such-font", "Unable to find file")
    fails(machine, "modprobe no-such-module", "not found")


def test_a_mount_gets_other_options() -> None:
    machine = mounted()
    run(machine, "mount -o remount,ro /mnt")
    assert machine.facts()["sda2.mounted"] == "/mnt read-only"
    run(machine, "mount -o remount,rw /mnt")
    assert machine.facts()["sda2.mounted"] == "/mnt"


def test_devices_are_found_by_any_path_that_leads_to_them() -> None:
    machine = fresh()
    run(machine, "cd /dev && mkfs.ext4 sda2", "ln -s /dev/sda2 /tmp/d", "mount /tmp/d /mnt")
    assert machine.facts()["sda2.mounted"] == "/mnt"


def test_find_and_xargs_do_what_they_find() -> None:
    machine = installed()
    assert run(machine, "find /mnt/boot -name '*.img'").stdout == "/mnt/boot/initramfs-linux.img\n"
    run(
        machine,
        "mkdir -p /tmp/a/b",
        "touch /tmp/a/x.o /tmp/a/b/y.o /tmp/a/z",
        "find /tmp/a -name '*.o' -delete",
    )
    assert run(machine, "find /tmp/a -type f").stdout == "/tmp/a/z\n"
    run(machine, "find /tmp/a -type f | xargs rm")
    assert run(machine, "find /tmp/a -type f").stdout == ""


def test_a_script_destroys_what_was_on_the_partitions_it_replaces() -> None:
    machine = fresh()
    run(machine, "printf 'label: gpt\\n,512M,U\\n,,L\\n' | sfdisk /dev/sda")
    assert machine.facts()["sda1.fs"] is None and machine.facts()["destroyed"] == ["sda1", "sda2"]


def test_an_account_is_locked_and_opened_again() -> None:
    machine = installed()
    run(machine, "echo root:pw | arch-chroot /mnt chpasswd", "arch-chroot /mnt passwd -l root")
    assert machine.facts()["target.user.root.password_set"] is False
    run(machine, "arch-chroot /mnt usermod -U root")
    assert machine.facts()["target.user.root.password_set"] is True


def test_a_unit_is_masked() -> None:
    machine = installed()
    run(machine, "arch-chroot /mnt systemctl mask tmp.mount")
    assert machine.state.fs["sda2"].tree.links["/etc/systemd/system/tmp.mount"] == "/dev/null"
    run(machine, "arch-chroot /mnt systemctl unmask tmp.mount")
    assert "/etc/systemd/system/tmp.mount" not in machine.state.fs["sda2"].tree.links


def test_su_and_sudo_run_what_they_are_given() -> None:
    machine = installed()
    run(machine, "su - root -c 'echo x > /tmp/a'", "arch-chroot /mnt sudo touch /root/b")
    assert run(machine, "cat /tmp/a; ls /mnt/root").stdout == "x\nb\n"
    assert machine.run("su bob -c ls").verdict == "fails"


@pytest.mark.parametrize(
    "line",
    [
        "du -sh /mnt",
        "hdparm -I /dev/sda",
        "smartctl -a /dev/sda",
        "nvme list",
        "fstrim -v /mnt",
        "chage -l root",
    ],
)
def test_what_tells_something_changes_nothing(line: str) -> None:
    machine = mounted()
    before = machine.facts()
    assert run(machine, line).info and machine.facts() == before


def test_du_adds_up_what_lies_below() -> None:
    machine = fresh()
    run(machine, "mkdir -p /tmp/a/b", "echo x > /tmp/a/x", "echo y > /tmp/a/b/y")
    assert run(machine, "du /tmp/a").stdout == "8\t/tmp/a/b\n16\t/tmp/a\n"
    assert run(machine, "du -sh /tmp/a").stdout == "16K\t/tmp/a\n"


def test_a_table_is_not_copied_onto_a_disk_in_use() -> None:
    assert (
        mounted(disks={"sda": "500G", "sdb": "500G"}).run("sgdisk -R /dev/sda /dev/sdb").verdict == "refused"
    )


@pytest.mark.parametrize(
    "line",
    [
        "lsblk -S",
        "setfont Lat2-Terminus16",
        "nmcli radio wifi",
        "echo ';' | sfdisk /dev/nvme0n1",
        "tune2fs -c 0 -i 0 /dev/sda2",
        "echo -n pw | cryptsetup luksFormat -q /dev/sda3 - && echo -n pw | cryptsetup open /dev/sda3 root -",
        "mkfs.btrfs -f /dev/sda2 && btrfs filesystem label /dev/sda2 root && btrfs check /dev/sda2",
        "mount /dev/sda2 /mnt && pacstrap -K /mnt base linux --needed",
    ],
)
def test_a_rarer_line_of_a_guide_is_understood(line: str) -> None:
    machine = Machine.from_spec(FORMATTED)
    if line.startswith("nmcli"):
        run(machine, "pacman -Sy --noconfirm networkmanager")
    run(machine, line)
