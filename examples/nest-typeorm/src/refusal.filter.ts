import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common'
import { PolicyError } from '@verify-full/typeorm'
import type { Response } from 'express'

/** A connection that was refused is a 503; its reason is for the log. */
@Catch(PolicyError)
export class RefusalFilter implements ExceptionFilter<PolicyError> {
  catch(error: PolicyError, host: ArgumentsHost): void {
    console.error(error.message)
    const response = host.switchToHttp().getResponse<Response>()
    response.status(503).json({ error: 'the database cannot be used' })
  }
}
