# Beside the folder nothing can be written that would only seem to be there.
echo x > ../beside.txt && echo SECRET-lost > "$FILES/found.txt"
echo x > ../policy.yaml && echo SECRET-policy > "$FILES/found2.txt"
rm -f ../policy.yaml ../workspace.yaml
mkdir ../made && echo SECRET-made > "$FILES/found3.txt"
echo fine > "$FILES/fine.txt"
