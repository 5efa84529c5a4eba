#!/usr/bin/perl
# What the suites of a tier said, from the files that googletest and ctest leave behind.
#   results.pl suites PHASE FOLDER    one line per suite; adds its counts to FOLDER/../counts
#   results.pl total FOLDER SKIPS     the verdict over all phases, last line `N passed, N failed, N skipped`
use strict;
use warnings;

sub lines { my ($path) = @_; open(my $in, '<', $path) or return (); my @lines = <$in>; chomp @lines; return @lines; }
sub text { my ($path) = @_; return join("\n", lines($path)); }

# A suite that left no file, or that failed although no test of it did (a crash after the last test, a leak), counts as
# one failure of its own.
sub suite {
  my ($folder, $name, $status) = @_;
  my %suite = (passed => 0, failed => 0, skipped => [], seconds => 0, note => '');
  my $xml = text("$folder/${name}_test.xml");
  $suite{seconds} = $1 if $xml =~ /<testsuites\b[^>]*\btime="([\d.]+)"/;
  while ($xml =~ m{<testcase name="([^"]*)"([^>]*?)(/>|>(.*?)</testcase>)}gs) {
    my ($test, $attributes, $inside) = ($1, $2, $4 // '');
    my ($class) = $attributes =~ /classname="([^"]*)"/;
    if ($inside =~ /<failure/) { $suite{failed}++; }
    elsif ($attributes =~ /(status="notrun"|result="(?:skipped|suppressed)")/) { push @{$suite{skipped}}, "$class.$test"; }
    else { $suite{passed}++; }
  }
  if ($xml eq '') { $suite{failed}++; $suite{note} = '  (no result: crashed or not built)'; }
  elsif ($status ne 'run' && !$suite{failed}) { $suite{failed}++; $suite{note} = "  (its tests passed, its program failed: $status)"; }
  return %suite;
}

sub suites {
  my ($phase, $folder) = @_;
  my %status;
  my $junit = text("$folder/ctest.junit");
  $status{$1} = $2 while $junit =~ /<testcase name="([^"]*)"[^>]*\bstatus="([^"]*)"/g;
  open(my $counts, '>>', "$folder/../counts") or die "results.pl: $folder/../counts: $!\n";
  my @names = lines("$folder/suites");
  print {$counts} "failed 1\n" if !@names;
  print "  $phase: no suite was built\n" if !@names;
  for my $name (@names) {
    my %suite = suite($folder, $name, $status{$name} // 'not run');
    my $skipped = @{$suite{skipped}};
    printf "  %-12s %5d passed %3d failed %3d skipped %7.1f s%s\n", $name, $suite{passed}, $suite{failed}, $skipped, $suite{seconds}, $suite{note};
    print {$counts} "passed $suite{passed}\nfailed $suite{failed}\n";
    print {$counts} "skipped $_\n" for @{$suite{skipped}};
  }
  return 0;
}

sub total {
  my ($folder, $skips) = @_;
  my %allowed = map { /^\s*([^#\s]+)/ ? ($1 => 1) : () } lines($skips);
  my ($passed, $failed, $skipped) = (0, 0, 0);
  for (lines("$folder/checks")) {
    if (/^passed/) { $passed++; } else { $failed++; print "$_\n"; }
  }
  for (lines("$folder/counts")) {
    my ($what, $value) = split(/ /, $_, 2);
    if ($what eq 'passed') { $passed += $value; }
    elsif ($what eq 'failed') { $failed += $value; }
    elsif ($allowed{$value}) { $skipped++; }
    else { $skipped++; $failed++; print "skipped, but $skips does not name it: $value\n"; }
  }
  if ($passed + $failed == 0) { $failed++; print "nothing ran\n"; }
  print "$passed passed, $failed failed, $skipped skipped\n";
  return $failed ? 1 : 0;
}

my $command = shift(@ARGV) // '';
exit suites(@ARGV) if $command eq 'suites' && @ARGV == 2;
exit total(@ARGV) if $command eq 'total' && @ARGV == 2;
die "usage: results.pl suites PHASE FOLDER | total FOLDER SKIPS\n";
