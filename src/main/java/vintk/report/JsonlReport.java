package vintk.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import vintk.rank.Ranked;
import vintk.rank.Ranking;
import vintk.rank.ResultJson;
import vintk.score.Result;

/**
 * One line of JSON per model, best first: the lines of a {@link vintk.rank.Journal} with the place of the model added, so that
 * a report can be read as a journal.
 */
public final class JsonlReport {

    private JsonlReport() {}

    /** The lines, each with its line break. */
    public static String text(Ranking ranking) {
        StringBuilder text = new StringBuilder();
        models(ranking).forEach(model -> text.append(model).append('\n'));
        return text.toString();
    }

    /** The models in order; those without a score have null for their place. */
    static List<ObjectNode> models(Ranking ranking) {
        List<ObjectNode> models = new ArrayList<>();
        for (Ranked place : ranking.ranked()) {
            ObjectNode node = start(place.result());
            node.put("rank", place.rank());
            node.put("rank_best", place.best());
            node.put("rank_worst", place.worst());
            node.put("tied", place.tied());
            models.add(node.setAll(ResultJson.tree(place.result())));
        }
        for (Result result : ranking.unranked()) {
            ObjectNode node = start(result);
            node.putNull("rank");
            node.putNull("rank_best");
            node.putNull("rank_worst");
            node.putNull("tied");
            models.add(node.setAll(ResultJson.tree(result)));
        }
        return models;
    }

    private static ObjectNode start(Result result) {
        // The id leads, as in the ground truth tables.
        return JsonNodeFactory.instance.objectNode().put("id", result.name());
    }
}
