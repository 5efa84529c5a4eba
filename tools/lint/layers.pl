#!/usr/bin/perl
# layers.pl ROOT: reads every #include against two tables of the documentation, which is how these stay true:
# "Folders and who may include whom" of docs/architecture.md, and "Libraries" of docs/dependencies.md.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Tree;

my $root = shift // '.';

# folder => what it may include; 'all' allows everything.
my %allowed;
for my $row (table(text($root, 'docs/architecture.md'), 'Folders and who may include whom')) {
  my ($folders, undef, $may) = @$row;
  for my $folder (split(/,\s*/, $folders)) {
    $folder =~ s{/$}{};
    $allowed{$folder} = {map { s{/$}{}r => 1 } $folder, split(/,\s*/, $may)};
  }
}

# The headers of each library, longest beginning first, and the folders or files that own it.
my @libraries;
for my $row (table(text($root, 'docs/dependencies.md'), 'Libraries')) {
  my ($name, $headers, $owners) = @$row;
  push @libraries, {name => $name, begins => $_, owners => [split(/,\s*/, $owners)]} for split(/,\s*/, $headers);
}
@libraries = sort { length($b->{begins}) <=> length($a->{begins}) } @libraries;

sub library_of {
  my ($header) = @_;
  for my $library (@libraries) { return $library if index($header, $library->{begins}) == 0; }
  return;
}

# What is wrong with `#include "header"` in a file; empty when nothing is.
sub wrong_own {
  my ($path, $header) = @_;
  my ($from, $from_part) = split('/', $path);
  my ($to, $to_part) = split('/', $header);
  return "\"$header\" is not a path from the root" unless -f "$root/$header";
  return "$from/ is not in the table of folders" unless $allowed{$from};
  return '' if $allowed{$from}{all} && $to ne 'tests';
  return "$from/ may not include $to/" unless $allowed{$from}{$to};
  return "one adapter never includes another" if $from eq 'adapters' && $to eq 'adapters' && $from_part ne $to_part;
  return '';
}

my %edge = map { $_ => 1 } qw(io adapters controller tests examples);
my $posix = qr{^(?:sys|netinet|arpa|linux)/|^(?:unistd|fcntl|signal|poll|sched|spawn|termios|netdb|pwd|grp|dirent|syslog|time|errno|malloc)\.h$};

sub wrong_library {
  my ($path, $header) = @_;
  my ($from) = split('/', $path);
  return '' if $header =~ /^[a-z_0-9]+$/;  # the standard library
  return $edge{$from} ? '' : "<$header> is the operating system's: not in $from/" if $header =~ $posix;
  my $library = library_of($header) or return "<$header> belongs to no library of docs/dependencies.md";
  return '' if $from eq 'tests';
  return "$library->{name} belongs to " . join(', ', @{$library->{owners}})
    unless grep { index($path, $_) == 0 || $_ eq 'all' } @{$library->{owners}};
  return "<$header> in a header: $library->{name} stays in .cc files" if $path =~ /\.h$/ && $library->{name} ne 'fmt';
  return '';
}

my @found;
for my $path (files($root, qr{^[^/]+/.*\.(?:h|cc)$})) {
  my $number = 0;
  for my $line (lines(text($root, $path))) {
    $number++;
    next unless $line =~ /^\s*#\s*include\s*(["<])([^">]+)[">]/;
    my $wrong = $1 eq '"' ? wrong_own($path, $2) : wrong_library($path, $2);
    push @found, "$path:$number: $wrong" if $wrong;
  }
}
exit report(@found);
