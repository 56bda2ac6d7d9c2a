import type { TokenSet } from '#core/records'
import { type KmsKey, openText, type Sealed, sealText } from './envelope.ts'
import { tokenSetSchema } from './stored.ts'

/** Encrypts token sets so that each opens only for the workspace that it was sealed for. */
export interface TokenVault {
  seal(workspace: string, tokens: TokenSet): Promise<Sealed>
  /** Throws when it was sealed for another workspace, under another key, or was changed. */
  open(workspace: string, sealed: Sealed): Promise<TokenSet>
}

/** Token sets, each under a data key of its own that KMS opens for its workspace only. */
export function createTokenVault(key: KmsKey): TokenVault {
  const boundTo = (workspace: string) => ({ context: { workspace }, owner: workspace })
  return {
    seal: (workspace, tokens) => sealText(key, boundTo(workspace), JSON.stringify(tokens)),
    open: async (workspace, sealed) =>
      tokenSetSchema.parse(JSON.parse(await openText(key, boundTo(workspace), sealed))),
  }
}
