// The countries of the sample data and of QuickBooks' own editions; any other comes back as it was written.
const ISO3: Readonly<Record<string, string>> = {
  us: 'USA',
  usa: 'USA',
  'united states': 'USA',
  'united states of america': 'USA',
  ca: 'CAN',
  canada: 'CAN',
  gb: 'GBR',
  uk: 'GBR',
  'united kingdom': 'GBR',
  au: 'AUS',
  australia: 'AUS',
  fr: 'FRA',
  france: 'FRA',
  de: 'DEU',
  germany: 'DEU',
  deutschland: 'DEU',
  in: 'IND',
  india: 'IND',
  ie: 'IRL',
  ireland: 'IRL',
  jp: 'JPN',
  japan: 'JPN',
  mx: 'MEX',
  mexico: 'MEX',
}

/** A country as its ISO-3 code, as addresses are returned since the change announced on 13 August 2025. */
export function countryToIso3(country: string): string {
  return ISO3[country.trim().toLowerCase()] ?? country
}
