package vintk;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The arrows of the house: cli -> rank, report -> score, runtime, fourier -> ntk -> autodiff -> onnx, and none back. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("vintk");

    @Test
    void theClassesAreFound() {
        assertTrue(CLASSES.size() > 120, "found " + CLASSES.size() + " classes");
    }

    @Test
    void onlyRuntimeSeesOnnxRuntime() {
        noClasses()
                .that()
                .resideOutsideOfPackage("vintk.runtime")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.onnxruntime..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackages("vintk.cli", "vintk.report")
                .should()
                .accessClassesThat()
                .areAssignableTo(PrintStream.class)
                .check(CLASSES);
    }

    @Test
    void nobodyDependsOnTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("vintk.cli")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("vintk.cli")
                .check(CLASSES);
    }

    @Test
    void noCycles() {
        slices().matching("vintk.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void arrowsPointOneWay() {
        onlySees("file", "file");
        onlySees("onnx", "onnx", "file");
        onlySees("autodiff", "autodiff", "onnx");
        onlySees("ntk", "ntk", "autodiff", "onnx");
        onlySees("proto", "proto", "onnx");
        onlySees("opset", "opset", "onnx");
        onlySees("space", "space", "file");
        onlySees("vit", "vit", "space", "onnx");
        onlySees("input", "input", "space", "file");
        onlySees("fourier", "fourier", "input", "space");
        onlySees("runtime", "runtime", "input", "vit", "space", "opset", "proto", "ntk", "autodiff", "onnx");
        onlySees("score", "score");
        onlySees("rank", "rank", "score", "runtime", "fourier", "input", "space", "onnx", "file");
        onlySees("report", "report", "rank", "score", "file");
    }

    private static void onlySees(String from, String... to) {
        List<String> allowed = Arrays.stream(to).map(name -> "vintk." + name).toList();
        classes()
                .that()
                .resideInAPackage("vintk." + from)
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.describe(
                        "are in " + allowed + " or no part of this program",
                        (JavaClass seen) ->
                                !seen.getPackageName().startsWith("vintk") || allowed.contains(seen.getPackageName())))
                .check(CLASSES);
    }
}
