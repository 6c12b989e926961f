import { type AttributeMap, parseAttributeMap } from './properties.ts';

/**
 * The map used where none is given: the gateway's own indexes and those of the cql, dc, bath and rec
 * context sets on bib-1 Use attributes, and only such further attributes as change the meaning.
 */
const text = `
set.cql = info:srw/cql-context-set/1/cql-v1.2
set.dc = info:srw/cql-context-set/1/dc-v1.1
set.bath = http://zing.z3950.org/cql/bath/2.0/
set.rec = info:srw/cql-context-set/2/rec-1.1
set.gateway = info:gateway/indexes
set = info:gateway/indexes

index.cql.serverChoice = 1=1016
index.cql.anywhere = 1=1016
index.cql.anyIndexes = 1=1016
index.cql.keywords = 1=1016
index.gateway.any = 1=1016
index.gateway.title = 1=4
index.gateway.author = 1=1003
index.gateway.isbn = 1=7
index.gateway.issn = 1=8
index.gateway.subject = 1=21
index.gateway.publisher = 1=1018
index.gateway.year = 1=31
index.gateway.date = 1=31
index.gateway.callnumber = 1=53
index.gateway.class = 1=20
index.gateway.series = 1=5
index.gateway.id = 1=12
index.dc.title = 1=4
index.dc.creator = 1=1003
index.dc.author = 1=1003
index.dc.contributor = 1=1003
index.dc.subject = 1=21
index.dc.publisher = 1=1018
index.dc.description = 1=62
index.dc.date = 1=31
index.dc.language = 1=54
index.dc.resourceIdentifier = 1=12
index.bath.name = 1=1002
index.bath.personalName = 1=1
index.bath.corporateName = 1=2
index.bath.conferenceName = 1=3
index.bath.uniformTitle = 1=6
index.bath.keyTitle = 1=33
index.bath.isbn = 1=7
index.bath.issn = 1=8
index.bath.geographicName = 1=58
index.bath.notes = 1=63
index.bath.topicalSubject = 1=1079
index.bath.genreForm = 1=1075
index.rec.id = 1=12

relation.eq =
relation.scr =
relation.adj =
relation.all =
relation.any =
relation.exact = 4=1 6=3
relation.< = 2=1
relation.le = 2=2
relation.ge = 2=4
relation.> = 2=5
relation.<> = 2=6
relationModifier.relevant = 2=102
relationModifier.stem = 2=101
relationModifier.phonetic = 2=100
relationModifier.unmasked =
relationModifier.masked =
relationModifier.ignorecase =
relationModifier.ignoreaccents =

position.any =
position.first = 3=1
position.firstAndLast = 3=1 6=3
structure.adj = 4=1
structure.* =
truncation.right = 5=1
truncation.left = 5=2
truncation.both = 5=3
truncation.z3958 = 5=104
`;

export const defaultMap: AttributeMap = parseAttributeMap(text);
