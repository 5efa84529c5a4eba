#!/usr/bin/perl
# limits.pl ROOT: no source is longer than 400 lines, and none holds what does not belong into the repository: an open end
# without its issue, a test that is switched off, a macro, a path of somebody's machine.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Tree;

my $root = shift // '.';
my $longest = 400;
my $source = qr{(?:\.(?:h|cc|pl|pm|py|js|css|sh|cmake)|(?:^|/)(?:Makefile|CMakeLists\.txt))$};
my $page = qr{\.(?:md|ya?ml|txt|json|html)$};

# [pattern, which files, what to do]; written so that this file does not match itself.
my @rules = (
  [qr{\b(?:TO[D]O|FIX[M]E|X[X]X)\b(?!\(#\d+\))}, $source, 'an open end names its issue, TO' . 'DO(#123), or is closed'],
  [qr{\bDISABLE[D]_\w}, $source, 'a test is not switched off: mend it or remove it'],
  [qr{\bGTEST_SKI[P]\(\)(?!\s*<<\s*"SKIPPED: )}, qr{\.(?:h|cc)$}, 'a skip says "SKIPPED: why"'],
  [qr{^\s*#\s*defin[e]\b}, qr{\.(?:h|cc)$}, 'no macros'],
  [qr{/wor[k]/|/hom[e]/\w|\.\./share[d]\b}, qr{$source|$page}, 'a path of one machine'],
);

my @found;
for my $path (files($root, qr{$source|$page})) {
  my @lines = lines(text($root, $path));
  push @found, "$path: $#lines lines, the limit is $longest: which two things live in one room?" if $path =~ $source && $#lines > $longest;
  next if $path =~ m{^tests/data/};
  for my $number (1 .. @lines) {
    for my $rule (@rules) {
      my ($pattern, $where, $advice) = @$rule;
      push @found, "$path:$number: $advice" if $path =~ $where && $lines[$number - 1] =~ $pattern;
    }
  }
}
exit report(@found);
