/** The SDK signs every request; nothing here looks at the signature, and no real account is ever asked. */
export const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' } as const
