#!/usr/bin/perl
# coroutines.pl ROOT: a statement with co_await holds no brace-built temporary and no capturing lambda. g++ 12.2 destroys
# such a temporary twice, at every level of optimisation. Constructor calls, function results and named objects are safe.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Tree;

my $root = shift // '.';

# A brace behind a type, a call or a comma builds a temporary; a bracket in the place of a value begins a lambda.
sub unsafe { my ($statement) = @_; return $statement =~ /[\w>(,]\s*\{|(?:[(,=]|\breturn)\s*\[[^][]+\]/; }

my @found;
for my $path (files($root, qr{\.(?:h|cc)$})) {
  my $code = code(text($root, $path));
  # These stand before the brace of a body, not of a temporary; so does the result type of a lambda.
  $code =~ s/(?:\b(?:const|override|final|noexcept|else|do|try)|->\s*[\w:]+(?:<[\w:<>, ]*>)?)\s*(?=\{)/") " . "\n" x ($& =~ tr|\n||)/ge;
  my $number = 1;
  while ($code =~ /\G(.*?)(;|[{}][ \t]*\n|\z)/gs) {
    my $statement = $1 . $2;
    last if $statement eq '';
    if ($statement =~ /\bco_await\b/ && unsafe($statement)) {
      my ($before) = $statement =~ /^(.*?)\bco_await\b/s;
      push @found, "$path:" . ($number + ($before =~ tr/\n//)) . ': name the temporary before co_await, then std::move it';
    }
    $number += $statement =~ tr/\n//;
  }
}
exit report(@found);
