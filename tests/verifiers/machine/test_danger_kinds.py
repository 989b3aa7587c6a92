"""Kinds of danger that words hide: links, mirrors, rights, mounts, text kept for later; and what is none."""

from __future__ import annotations

import pytest
from helpers.machines import installed

REFUSED = r"""
ln -sf /tmp/x /mnt/etc/passwd
ln -sfT /dev/null /etc/shadow
rsync -a --delete /tmp/ /
rsync -a --delete-after /tmp/empty/ /etc/
rsync -a --delete /tmp/empty/ /mnt/usr/
rsync -a --remove-source-files /etc/ /tmp/e/
tar cf /dev/sda /etc
tar -czf /dev/sda /etc
ddrescue /tmp/x /dev/sda
dcfldd if=/dev/zero of=/dev/sda
mkntfs /dev/sda2
btrfs device add /dev/sda2 /mnt
resize2fs /dev/sda2 1G
debugfs -w -R 'rm /etc/passwd' /dev/sda2
mount --bind /tmp /etc
mount -t tmpfs tmpfs /usr
setfacl -R -m u:ann:rwx /
chmod 4755 /bin/bash
chmod u+s /mnt/usr/bin/bash
chmod 644 /etc/shadow
chmod a+r /mnt/etc/shadow
chown nobody /etc/shadow
killall5 -9
pkill -9 -f .
pkill -u root
reboot -ff
systemctl --force --force reboot
echo 'Defaults !authenticate' > /etc/sudoers.d/x
rm -rf $(echo /usr)
rm -rf `echo /usr`
$(echo rm) -rf /usr
rm$IFS-rf$IFS/usr
bash -c 'x=/; rm -rf $x'
x='rm -rf /usr'; $x
export X='rm -rf /usr'; sh -c "$X"
PROMPT_COMMAND='rm -rf /'
echo 'rm -rf /' > /tmp/x; chmod +x /tmp/x; /tmp/x
"""
NONE = """
chmod 600 /mnt/etc/shadow
chmod 0640 /mnt/etc/shadow
chown root:root /mnt/etc/shadow
chmod 4755 /mnt/etc/hosts
rsync -aAXH --delete --exclude=/dev/* --exclude=/proc/* --exclude=/sys/* --exclude=/run/* --exclude=/mnt/* / /mnt
ln -sf /usr/share/zoneinfo/UTC /mnt/etc/localtime
mount --bind /dev /mnt/dev
reboot -f
arch-chroot /mnt mount --bind /tmp /mnt
tune2fs -m 1 /dev/sda2
export EDITOR=vim
"""


@pytest.mark.parametrize("line", REFUSED.strip().split("\n"))
def test_a_danger_of_any_kind_is_refused(line: str) -> None:
    machine = installed()
    before = machine.facts()
    result = machine.run(line)
    assert result.verdict == "refused", result.stderr
    assert machine.facts() == before


@pytest.mark.parametrize("line", NONE.strip().split("\n"))
def test_what_only_looks_like_one_is_not(line: str) -> None:
    result = installed().run(line)
    assert result.verdict == "ok", result.stderr
