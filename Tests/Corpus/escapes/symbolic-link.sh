ln -s "$OUTSIDE" "$FILES/link"
echo changed > "$FILES/link"
cat "$FILES/link" > "$FILES/loot"
