import { companyContract } from '../contract/company.ts'
import { simulatedCompany } from './simulated-company.ts'

companyContract('QuickBooks Online, against the simulator', () => simulatedCompany())
