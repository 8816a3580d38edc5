// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.lang.reflect.AnnotatedElement;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Skips what the host lacks something for, or fails it if this run requires all. JUnit makes it for
 * the annotations of this package; nobody else needs it.
 */
public final class NeedsCondition implements ExecutionCondition {

    /** For JUnit. */
    public NeedsCondition() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<Missing> missing = context.getElement().flatMap(NeedsCondition::missing);
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("the host has what is needed");
        }
        if (Wants.requireAll() && missing.get().mendable()) {
            throw new ExtensionConfigurationException(Wants.failure(missing.get().reason()));
        }
        return ConditionEvaluationResult.disabled(missing.get().reason());
    }

    /** Something the host lacks, and whether that can be mended on this machine. */
    private record Missing(String reason, boolean mendable) {}

    private static Optional<Missing> missing(AnnotatedElement element) {
        return root(element).or(() -> tools(element)).or(() -> facilities(element));
    }

    private static Optional<Missing> root(AnnotatedElement element) {
        return AnnotationSupport.findAnnotation(element, NeedsRoot.class)
                .flatMap(needs -> Wants.missingRoot())
                .map(reason -> new Missing(reason, true));
    }

    private static Optional<Missing> tools(AnnotatedElement element) {
        Optional<NeedsTool> needs = AnnotationSupport.findAnnotation(element, NeedsTool.class);
        for (String tool : needs.map(NeedsTool::value).orElse(new String[0])) {
            Optional<String> missing = Wants.missingTool(tool);
            if (missing.isPresent()) {
                return Optional.of(new Missing(missing.get(), true));
            }
        }
        return Optional.empty();
    }

    private static Optional<Missing> facilities(AnnotatedElement element) {
        Optional<NeedsFacility> needs = AnnotationSupport.findAnnotation(element,
                NeedsFacility.class);
        HostFacility[] wanted = needs.map(NeedsFacility::value).orElse(new HostFacility[0]);
        for (HostFacility facility : wanted) {
            Optional<String> cause = facility.missingCause();
            if (cause.isPresent()) {
                return Optional.of(new Missing(Wants.reason(facility.name(), cause.get()),
                        facility.isMendable()));
            }
        }
        return Optional.empty();
    }
}
