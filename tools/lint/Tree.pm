# What the lints share: the files of a tree, their text, and the tables of a Markdown page.
package Tree;
use strict;
use warnings;
use Exporter 'import';
use File::Find;
our @EXPORT = qw(files text code lines table report);

# Relative paths below root whose name matches, sorted; what is built, hidden or copied in as test data is left out.
sub files {
  my ($root, $name) = @_;
  my @found;
  my $skip = qr{^(?:build|\.git|\.cache)$};
  find({no_chdir => 1, preprocess => sub { return grep { !($_ =~ $skip) } @_ }, wanted => sub {
    (my $path = $File::Find::name) =~ s{^\Q$root\E/}{};
    push @found, $path if -f $File::Find::name && $path =~ $name;
  }}, $root);
  return sort @found;
}

sub text {
  my ($root, $path) = @_;
  open(my $in, '<', "$root/$path") or die "$root/$path: $!\n";
  local $/;
  return scalar(<$in>) // '';
}

# C++ with comments and the insides of strings blanked, line breaks kept.
sub code {
  my ($source) = @_;
  my $blank = sub { my ($all) = @_; $all =~ s/[^\n]/ /g; return $all; };
  $source =~ s{(R"(\w*)\(.*?\)\2"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|//[^\n]*|/\*.*?\*/)}{my $t = $1; $t =~ m{^/} ? $blank->($t) : '"' . $blank->(substr($t, 2)) . '"'}gse;
  return $source;
}

sub lines { my ($source) = @_; return split(/\n/, $source, -1); }

# Rows of the table that follows `heading`: each a list of cells, backticks removed.
sub table {
  my ($page, $heading) = @_;
  my ($after) = $page =~ /^\#+ \Q$heading\E\n(.*?)(?=^\#|\z)/ms or die "no section '$heading'\n";
  my @rows;
  for my $line (split(/\n/, $after)) {
    next unless $line =~ /^\|(.*)\|\s*$/;
    my @cells = map { s/^\s+|\s+$|`//gr } split(/\|/, $1, -1);
    push @rows, \@cells unless $cells[0] =~ /^-+$/;
  }
  die "section '$heading' has no table\n" if @rows < 2;
  shift @rows;  # its heading row
  return @rows;
}

# Prints what was found and gives the exit status.
sub report { print "$_\n" for @_; return @_ ? 1 : 0; }

1;
