# Asks an X-Server through Catmandu's own client and prints what it understood, a line each.
use strict;
use warnings;
use utf8;
use Encode;
use Catmandu::AlephX;
binmode STDOUT, ':utf8';

my $x = Catmandu::AlephX->new(url => $ARGV[0]);
my $find = $x->find(base => 'NLC01', request => encode('UTF-8', 'WTI=(化学工程基础)'));
printf "find %d %d\n", $find->is_success, $find->no_records;
my $present = $x->present(set_number => $find->set_number, set_entry => '000000001-000000009', format => 'marc');
my @records = @{$present->records};
printf "present %d\n", scalar @records;
my $number = $records[0]->doc_number;
my $document = $x->find_doc(base => 'NLC01', doc_num => $number, format => 'marc');
my ($title) = grep { $_->[0] eq '200' } @{$document->record->metadata->data->{record}};
printf "title %s\n", $title->[4];
my $items = $x->item_data(base => 'NLC01', doc_number => $number)->items;
my $status = $x->circ_status(library => 'NLC01', sys_no => $number)->item_data;
printf "copies agree %d\n", @$items == @$status && $items->[0]{barcode} eq $status->[0]{barcode};
my $all = $x->item_data_multi(base => 'NLC01', doc_number => $number)->items;
my $states = $x->circ_stat_m(library => 'NLC01', sys_no => $number)->item_data;
printf "long lists agree %d\n", @$all == @$items && @$states == @$items;
my $available = $x->publish_avail(library => 'NLC01', doc_num => "$number,999999999")->records;
my @ava = grep { $_->[0] eq 'AVA' } @{$available->[0]->metadata->data->{record}};
my %ava = @{$ava[0]}[3 .. $#{$ava[0]}];
printf "availability %d %d %s %s\n", scalar @$available, @ava > 0, $ava{a}, $ava{e};
my $item = $x->read_item(library => 'NLC50', item_barcode => $items->[0]{barcode});
printf "read-item agrees %d\n", $item->z30->{'z30-doc-number'} eq $number;
my $wrong = $x->bor_auth(library => 'NLC50', bor_id => 'R0000001', verification => 'wrong');
printf "wrong password %s\n", join ' ', @{$wrong->errors};
my $right = $x->bor_auth(library => 'NLC50', bor_id => 'R0000001', verification => 'demo');
printf "reader %s\n", $right->z303->{'z303-id'};

my %reader = (library => 'NLC50', bor_id => 'R0000001');
my %lendable;
for my $record (@records) {
  my $of = $record->doc_number;
  for my $one (@{$x->item_data(base => 'NLC01', doc_number => $of)->items}) {
    next unless $one->{'item-status'} eq '01';
    my ($doc, $sequence) = unpack 'A9A6', $one->{'rec-key'};
    %lendable = (doc_number => $doc, item_sequence => $sequence);
  }
}
printf "hold %s\n", $x->hold_req(%reader, %lendable)->reply;
my $info = $x->bor_info(%reader);
printf "holds %d\n", scalar @{$info->item_h};
my $sequence = $info->item_h->[0]{z37}{'z37-sequence'};
printf "cancel %s\n", $x->hold_req_cancel(library => 'NLC50', %lendable, sequence => $sequence)->reply;
printf "holds %d\n", scalar @{$x->bor_info(%reader)->item_h};
my $loan = $info->item_l->[0]{z30};
my %loan = (doc_number => $loan->{'z30-doc-number'}, item_sequence => $loan->{'z30-item-sequence'});
my $renewed = $x->renew(%reader, %loan);
printf "renew %s later %d\n", $renewed->reply, $renewed->due_date > $info->item_l->[0]{due_date};
my $none = $x->find(base => 'NLC01', request => 'WTI=(nosuchwordanywhere)');
printf "none %s\n", join ' ', @{$none->errors};
