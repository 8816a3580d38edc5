// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Gives a test its {@link Seed} as a parameter, and names the seed in the failure. Put {@code
 * @ExtendWith(Seeds.class)} on the class or the method.
 */
public final class Seeds implements ParameterResolver, TestExecutionExceptionHandler {

    private static final Namespace NAMESPACE = Namespace.create(Seeds.class);

    /** For JUnit. */
    public Seeds() {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Seed.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Seed seed = Seed.pick();
        context.getStore(NAMESPACE).put(Seed.class, seed);
        return seed;
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure)
            throws Throwable {
        Seed seed = context.getStore(NAMESPACE).get(Seed.class, Seed.class);
        if (seed != null) {
            failure.addSuppressed(new AssertionError(seed.toString()));
            System.err.println(context.getDisplayName() + " failed with " + seed);
        }
        throw failure;
    }
}
