#!/usr/bin/perl
# clocks.pl ROOT: time is an argument and chance one seeded engine. Only io/, which has the TimeSource, and the programs
# of tests/ and examples/ call a clock; standard distributions are nowhere, since they differ between libraries.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Tree;

my $root = shift // '.';
my @rules = (
  [qr/_clock\s*::\s*now\b/, 'calls a clock: take the time as an argument'],
  [qr/\b(?:std::|::)(?:time|clock)\s*\(|\b(?:gettimeofday|clock_gettime)\s*\(/, 'calls a clock: take the time as an argument'],
  [qr/\bsleep_(?:for|until)\b|\b(?:usleep|nanosleep)\s*\(/, 'sleeps: wait through the TimeSource'],
  [qr/\brandom_device\b|\b(?:std::|::)s?rand\s*\(/, 'draws chance of its own: take the seeded engine'],
  [qr/\bstd::\w+_distribution\b/, 'a standard distribution differs between libraries: use the remainder of a draw'],
);

my @found;
for my $path (files($root, qr{^(?:core|formats|policies|probes|adapters|controller)/.*\.(?:h|cc)$})) {
  my $number = 0;
  for my $line (lines(code(text($root, $path)))) {
    $number++;
    for my $rule (@rules) { push @found, "$path:$number: $rule->[1]" if $line =~ $rule->[0]; }
  }
}
exit report(@found);
