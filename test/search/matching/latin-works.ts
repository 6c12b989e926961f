import { syntheticIsbn } from './isbn.ts';
import type { LatinWork } from './latin-variants.ts';

/** Invented books: titles with diacritics, conjunctions, articles, numbers, few words and many. */
const lines = `
The|harbours of the northern sea|a history of trade and weather|Ålund|Märta Kristina|Bergen|Nordlys Forlag|1988|312|80001
The|chemistry of slow reactions||Pemberton|Arthur Neil|Leeds|Wharfside Press|1974|268|
An|introduction to river engineering|dams, weirs and canals|Okonjo|Grace Adaeze|Nairobi|Tana Books|1996|421|80002
|Distillation and absorption|principles and practice|Vandermeer|Pieter Johannes|Delft|Poortwijk|2003|560|80003
La|économie des îles|études et documents|Lefèvre|Hélène Marie|Brest|Éditions du Large|1979|198|
Die|Gärten der Könige|Gestalt und Geschichte|Grünwald|Jürgen Friedrich|Dresden|Elbtor Verlag|1992|244|80004
|Notes on the flora of high moors||Ashgrove|Winifred|Kendal|Fellside Society|1937|87|
The|weaver's account book|cloth, credit and kin in a market town|Tolliver|Samuel Dean|Bristol|Cabot Lane|2011|355|80005
|Heat transfer in packed beds|theory, data and design|Ramaswamy|Lakshmi Narayan|Chennai|Coromandel Technical|1985|402|80006
|Songs my mother kept|poems|Delacroix-Byrne|Siobhán|Galway|Claddagh Quay|2007|96|
A|grammar of the lowland dialects|sounds and forms|Żeromska|Bożena|Kraków|Wisła|1968|510|
|Public libraries and their readers|a survey of eight cities|Hargreave|Muriel Joan|Manchester|Civic Press|1954|176|
|Twelve lectures on electric waves||Fitzalan|Hugh Robert|Dublin|Trinity Yard|1911|233|
|Corrosion and protection of pipes|a manual for engineers|Ibarra Núñez|José Ramón|Monterrey|Cerro Azul|1999|287|80007
The|last tram to the harbour|a novel|Bellweather|Iris|London|Gaslight & Crane|1963|221|80008
|Models of demand and supply|an elementary treatment|Okparaeke|Chidi Emmanuel|Ibadan|Ring Road Press|1990|318|80009
El|camino de los herreros|crónicas y leyendas|Peñalver|Íñigo|Toledo|Tajo Viejo|1948|264|
|Crystal growth from solution||Schönbein|Annelise|Zürich|Limmat Verlag|1971|190|80010
|Measuring the wind|instruments, towers and records, 1850-1950|Thistlewood|Edgar Rowan|Aberdeen|Bon Accord|2015|402|80011
|Report on the drainage of marsh lands||Pendergast|Thomas Alleyne|Boston|Shawmut Printing|1898|64|
The|theory of small vibrations|with applications to bridges|Kuznetsova|Vera Pavlovna|Riga|Daugava|1982|376|80012
|Cheese and its makers|regions, rules and recipes|Montferrand|Étienne|Lyon|Presse des Halles|2001|143|80013
|Windmills|their building and repair|Van der Aa|Cornelis|Haarlem|Spaarne|1926|158|
|Statistical methods for foresters|sampling and yield|Lindqvist-Berg|Åsa|Uppsala|Furuskog|1977|289|80014
`;

export const latinWorks: readonly LatinWork[] = lines
  .trim()
  .split('\n')
  .map((line) => {
    const [article, title, subtitle, family, given, place, publisher, year, pages, isbn] =
      line.split('|');
    return {
      article: article ?? '',
      title: title ?? '',
      subtitle: subtitle ?? '',
      family: family ?? '',
      given: given ?? '',
      place: place ?? '',
      publisher: publisher ?? '',
      year: Number(year),
      pages: Number(pages),
      isbn: syntheticIsbn(isbn ?? ''),
    };
  });
