import { digest } from '#lambda/digest'
import { createIds } from '#lambda/ids'
import { createSigner } from '#lambda/signer'
import { digestContract, signerContract } from '../contract/cryptography.ts'
import { idsContract } from '../contract/ids.ts'

const signer = (mark: string) => createSigner(async () => `${mark} secret of more than thirty-two characters`)

idsContract(createIds)
digestContract(() => digest)
signerContract(
  () => signer('one'),
  () => signer('another'),
)
