/**
 * How long an AWS client waits and how often it tries. By its own defaults it waits for ever: a socket that went dead
 * would cost the whole time of a function.
 */
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true } as const

/** For whatever answers within milliseconds or has trouble. */
export const AWS_CLIENT = { maxAttempts: 4, requestHandler } as const

/**
 * A table that is new, or suddenly has ten times as much to do, refuses some of it until it has grown (DynamoDB
 * developer guide: "On-demand capacity mode"). The SDK's pauses between so many tries are some four seconds, eight at
 * most; one try more would double that, and people wait for the API's function.
 */
export const DYNAMODB_CLIENT = { maxAttempts: 5, requestHandler } as const
