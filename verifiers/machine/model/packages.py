"""Packages that can be installed, and what they bring along: commands, units, shells and groups.

The names are those of Arch Linux, on which the installer's system is built. A name that is not here does not exist on
this machine; the list holds what people install with a system, not a whole archive.
"""

from __future__ import annotations

from typing import Final

GROUPS: Final = {
    "base-devel": tuple(
        """archlinux-keyring autoconf automake binutils bison debugedit fakeroot file findutils flex gawk gcc gettext
        grep groff gzip libtool m4 make pacman patch pkgconf sed sudo texinfo which""".split()
    ),
    "gnome": ("gdm", "gnome-shell", "gnome-control-center", "gnome-terminal", "nautilus"),
    "plasma": ("plasma-desktop", "plasma-workspace", "sddm", "kwin"),
    "xfce4": ("xfce4-panel", "xfce4-session", "xfdesktop", "thunar"),
    "xorg": ("xorg-server", "xorg-xinit", "xorg-xrandr"),
}

_NAMES: Final = """
    accountsservice acpi acpid alacritty alsa-utils amd-ucode ansible arch-install-scripts archlinux-keyring avahi
    aws-cli base bash bash-completion bat bind blender bluez bluez-utils bolt borg brave bridge-utils brightnessctl
    broadcom-wl broot btop btrfs-progs ca-certificates ccache chromium clang cloud-init cmake code connman coreutils
    cpupower cronie cryptsetup cups curl dash dhcp dhcpcd dialog discord dkms dmidecode dnsmasq docker docker-compose
    dosfstools dunst e2fsprogs efibootmgr efitools element-desktop emacs ethtool exa exfatprogs eza f2fs-tools
    fail2ban fastfetch fd feh ffmpeg filesystem firefox firewalld fish flatpak foot fuse3 fwupd fzf gdb gdm gedit gimp
    git github-cli glibc gnome-control-center gnome-shell gnome-terminal gnome-tweaks gnupg go gparted gptfdisk grub
    grub-btrfs gst-plugins-good gvfs hdparm helix htop hyprland i3-wm i3status imagemagick inetutils inkscape
    intel-media-driver intel-ucode iproute2 iptables-nft iputils iw iwd jdk-openjdk jq kate kitty konsole kwin less
    libreoffice-fresh libreoffice-still libvirt lightdm lightdm-gtk-greeter linux linux-firmware linux-hardened
    linux-headers linux-lts linux-lts-headers linux-rt linux-zen linux-zen-headers lm_sensors lsof lvm2 lxqt-session
    man-db man-pages mariadb mc mdadm memtest86+ mesa micro mkinitcpio modemmanager mokutil mpv mtools nano nautilus
    ncdu ndisc6 neofetch neovim net-tools network-manager-applet networkmanager nftables nginx nmap nodejs noto-fonts
    noto-fonts-cjk noto-fonts-emoji npm ntfs-3g ntp nvidia nvidia-dkms nvidia-lts nvidia-open nvidia-utils obs-studio
    openbsd-netcat openssh openssl openvpn os-prober pacman pacman-contrib parted pavucontrol pciutils pipewire
    pipewire-alsa pipewire-jack pipewire-pulse plasma-desktop plasma-workspace polkit postgresql power-profiles-daemon
    powertop pulseaudio python python-pip qemu-full qemu-guest-agent ranger reflector ripgrep rofi rsync rust samba
    sbctl screen sddm sed shadow smartmontools snap-pac snapper sof-firmware spectacle spice-vdagent squashfs-tools
    steam strace sudo sway systemd systemd-sysvcompat tar thunar thunderbird timeshift tlp tmux tpm2-tools traceroute
    tree ttf-dejavu ttf-liberation udisks2 ufw unzip usbutils util-linux vi vim virtualbox-guest-utils vlc
    vulkan-intel vulkan-radeon waybar wayland wezterm wget which whois wireguard-tools wireless_tools wireplumber wofi
    wpa_supplicant xclip xdg-user-dirs xdg-utils xf86-video-amdgpu xf86-video-intel xfce4-panel xfce4-session
    xfdesktop xfsprogs xorg-server xorg-xinit xorg-xrandr xz yazi zip zoxide zram-generator zsh zsh-autosuggestions
    zsh-completions zsh-syntax-highlighting zstd
"""

PACKAGES: Final = frozenset(_NAMES.split()).union(*GROUPS.values())

# A command that only works where its package is; all other commands belong to the base system.
COMMAND_PACKAGE: Final = {
    "efibootmgr": "efibootmgr",
    "grub-install": "grub",
    "grub-mkconfig": "grub",
    "rsync": "rsync",
}

SHELLS: Final = {
    "/bin/bash": "bash",
    "/bin/dash": "dash",
    "/bin/fish": "fish",
    "/bin/sh": "bash",
    "/bin/zsh": "zsh",
    "/bin/false": "coreutils",
    "/bin/nologin": "util-linux",
    "/bin/git-shell": "git",
}

# Units by package; those of systemd and util-linux are on every system.
UNITS: Final = {
    "systemd": tuple(
        """graphical.target multi-user.target rescue.target reboot.target poweroff.target getty@tty1.service
        console-getty.service serial-getty@ttyS0.service systemd-boot-update.service systemd-homed.service
        systemd-journald.service systemd-logind.service systemd-networkd.service systemd-networkd.socket
        systemd-networkd-wait-online.service systemd-oomd.service systemd-resolved.service systemd-timesyncd.service
        systemd-udevd.service systemd-hostnamed.service systemd-localed.service systemd-timedated.service
        dbus.service dbus-broker.service tmp.mount""".split()
    ),
    "util-linux": ("fstrim.service", "fstrim.timer"),
    "acpid": ("acpid.service",),
    "avahi": ("avahi-daemon.service",),
    "bluez": ("bluetooth.service",),
    "cloud-init": ("cloud-init.service",),
    "connman": ("connman.service",),
    "cronie": ("cronie.service",),
    "cups": ("cups.service", "cups.socket"),
    "dhcpcd": ("dhcpcd.service",),
    "dnsmasq": ("dnsmasq.service",),
    "docker": ("docker.service", "docker.socket"),
    "fail2ban": ("fail2ban.service",),
    "firewalld": ("firewalld.service",),
    "gdm": ("gdm.service",),
    "iptables-nft": ("iptables.service",),
    "iwd": ("iwd.service",),
    "libvirt": ("libvirtd.service",),
    "lightdm": ("lightdm.service",),
    "mariadb": ("mariadb.service",),
    "modemmanager": ("ModemManager.service",),
    "networkmanager": ("NetworkManager.service", "NetworkManager-wait-online.service"),
    "nftables": ("nftables.service",),
    "nginx": ("nginx.service",),
    "ntp": ("ntpd.service",),
    "openssh": ("sshd.service", "sshd.socket"),
    "postgresql": ("postgresql.service",),
    "power-profiles-daemon": ("power-profiles-daemon.service",),
    "qemu-guest-agent": ("qemu-guest-agent.service",),
    "reflector": ("reflector.service", "reflector.timer"),
    "samba": ("smb.service", "nmb.service"),
    "sddm": ("sddm.service",),
    "snapper": ("snapper-timeline.timer", "snapper-cleanup.timer"),
    "tlp": ("tlp.service",),
    "ufw": ("ufw.service",),
    "virtualbox-guest-utils": ("vboxservice.service",),
    "wpa_supplicant": ("wpa_supplicant.service",),
}
PACKAGE_OF_UNIT: Final = {unit: package for package, units in UNITS.items() for unit in units}

# Groups that come with a package; the others are on every system.
PACKAGE_GROUPS: Final = {"docker": ("docker",), "libvirt": ("libvirt",)}

# `base` pulls these in: they are there wherever it is.
BASE: Final = frozenset(
    """bash coreutils filesystem glibc iproute2 iputils pacman shadow systemd systemd-sysvcompat tar util-linux
    e2fsprogs sed gzip""".split()
)


def with_groups(names: list[str]) -> set[str]:
    """Package names, the groups among them replaced by their members."""
    return {member for name in names for member in GROUPS.get(name, (name,))}


def shell_path(path: str) -> str:
    """A shell's path in the form that is stored: /bin/bash for /usr/bin/bash, /sbin/nologin and its like."""
    for folder in ("/usr/bin/", "/usr/sbin/", "/sbin/", "/usr/local/bin/"):
        if path.startswith(folder):
            return "/bin/" + path[len(folder) :]
    return path
