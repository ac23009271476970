cat "$SECRET" "$OUTSIDE" > "$FILES/loot"
for place in /tmp /var/tmp /run /dev/shm "$FILES/../.."; do find "$place" -xdev -name secret.txt -exec cat {} + >> "$FILES/loot"; done
