perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un("\0$ENV{ABSTRACT}")) and print "SECRET-connected\n"' >> "$FILES/loot"
