# Fetches everything a query finds through Catmandu's own SRU client; prints the count and the tags.
use strict;
use warnings;
use utf8;
use Catmandu::Importer::SRU;

my ($base, $version, $schema) = @ARGV;
my $importer = Catmandu::Importer::SRU->new(
  base => $base, query => 'dc.title = "化学"', version => $version,
  recordSchema => $schema, parser => 'marcxml', limit => 7,
);
my ($count, $first) = (0, undef);
$importer->each(sub { $first //= $_[0]; $count++ });
printf "%d %s\n", $count, join ' ', map { $_->[0] } @{$first->{record}};
