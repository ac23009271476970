umount "$FILES" || umount -l "$FILES"
echo changed > "$FILES/a.txt.tmp" && umount "$FILES" && echo changed > "$FILES/a.txt"
