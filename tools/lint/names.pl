#!/usr/bin/perl
# names.pl ROOT: in a namespace a type's name is one type. Two of one name in two files compile and link, and then the
# destructor of the one may run on the other. What only one .cc needs belongs into its unnamed namespace.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Tree;

my $root = shift // '.';
my (%first, @found);
for my $path (files($root, qr{^\w+/.*\.(?:h|cc)$})) {
  my ($number, $depth, @spaces) = (0, 0);  # spaces: a namespace's name, and the depth of braces around it
  for my $line (lines(code(text($root, $path)))) {
    $number++;
    if ($line =~ /^\s*(?:inline )?namespace\b ?([\w:]*) ?\{/) {
      push @spaces, [$1, $depth];
    } elsif ($line =~ /^\s*(?:struct|class|union|enum class|enum) (\w+)(?: final)?(?: :[^;]*)? \{/ &&
             $depth == (@spaces ? $spaces[-1][1] + 1 : 0) && !grep { $_->[0] eq '' } @spaces) {
      my $name = join('::', (map { $_->[0] } @spaces), $1);
      my $other = $first{$name} //= "$path:$number";
      push @found, "$path:$number: $name is another type in $other: rename it or put it into an unnamed namespace"
        if $other !~ /^\Q$path\E:/;
    }
    $depth += ($line =~ tr/{//) - ($line =~ tr/}//);
    pop @spaces while @spaces && $depth <= $spaces[-1][1];
  }
}
exit report(@found);
