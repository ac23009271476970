unshare --user --map-root-user --mount sh -c "umount '$FILES'; mount --bind '$FILES/..' '$FILES'; echo changed > '$FILES/a.txt'"
unshare --user --map-root-user sh -c "echo SECRET-nested" >> "$FILES/loot"
