package vintk.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Collectors;
import vintk.rank.Ranking;

/** A JSON array of models, best first, one model per line. The keys are those of {@link vintk.rank.ResultJson} and the place. */
public final class JsonReport {

    private JsonReport() {}

    /** The whole file. */
    public static String text(Ranking ranking) {
        return JsonlReport.models(ranking).stream()
                .map(ObjectNode::toString)
                .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
    }
}
