cat "$DESK/key" "$DESK/desk.db" "$SECRET" > "$FILES/loot"
echo 'rules: []' > "$DESK/policy.yaml"
rm -rf "$DESK"
