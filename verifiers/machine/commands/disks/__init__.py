"""Commands on disks, partitions, file systems and mounts."""
