echo changed > "$FILES/../policy.yaml"
echo changed > "$FILES/../../outside.txt"
rm -f "$FILES/../../outside.txt"
